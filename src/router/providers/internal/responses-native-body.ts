import type { ChatRequest, ModelDefaults, NativeRequest } from "../../../contracts/index.ts";
import type { JsonPath } from "../../../plugin/json-places.ts";
import { readSigned } from "../../../plugin/signed.ts";
import { changedBody, type NativeBody, type PartChange, readNativeBody, without } from "./native-body.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface NativeResponseSettings {
  readonly model: string;
  /** See `writerOf`. */
  readonly writer: string;
  readonly defaults: ModelDefaults | undefined;
  readonly isStreamed: boolean;
}

/**
 * Returns the body of a Responses request as its sender wrote it, for one model: its name, whether it streams, the output
 * limit of the call, defaults of the model for what the body leaves open, and reasoning are replaced; fields of the router
 * are left out, and nothing is kept at the provider. `request` is the translation, which has the limit of the call.
 */
export function nativeResponsesBody(
  { text, effort }: NativeRequest,
  request: ChatRequest,
  { model, writer, defaults = {}, isStreamed }: NativeResponseSettings,
): string {
  const body = readNativeBody(text, isInputPlace);
  const { fields } = body;
  const isOpen = (name: string) => fields[name] === undefined || fields[name] === null;
  const limit = request.max_completion_tokens ?? request.max_tokens ?? defaults.maxOutputTokens;
  const reasoning = fields["reasoning"] as Fields | null | undefined;
  const isEffortOpen = (reasoning?.["effort"] ?? undefined) === undefined;
  const wanted = effort ?? (isEffortOpen ? defaults.reasoningEffort : undefined);
  const { store = false, ...extraBody } = defaults.extraBody ?? {};
  const extra = Object.entries(extraBody).filter(([name]) => isOpen(name) || Object.hasOwn(withheld, name));
  return changedBody(
    body,
    {
      ...withheld,
      ...Object.fromEntries(extra),
      // Absent, it would be true.
      ...(fields["store"] !== store && { store }),
      ...(defaults.temperature !== undefined &&
        isOpen("temperature") && { temperature: defaults.temperature }),
      ...(wanted !== undefined && { reasoning: { ...reasoning, effort: wanted } }),
      ...(typeof limit === "number" && fields["max_output_tokens"] !== limit && { max_output_tokens: limit }),
      ...(isStreamed
        ? fields["stream"] !== true && { stream: true }
        : fields["stream"] === true && { stream: false }),
      model,
    },
    inputChanges(body, writer),
  );
}

const withheld = without();

function isInputPlace(path: JsonPath): boolean {
  if (path[0] !== "input") return false;
  return path.length === 2 || (path.length === 3 && path[2] === "encrypted_content");
}

/**
 * Gives the target's own reasoning its content back and leaves out all other. Ids of what followed it go too: by them the
 * provider would look for the reasoning.
 */
function inputChanges(body: NativeBody, writer: string): PartChange[] {
  const { input } = body.fields;
  const place = body.place(["input"]);
  if (!Array.isArray(input) || place === undefined) return [];
  let isChanged = false;
  let isOrphan = false;
  const items = input.flatMap((given: unknown, at): string[] => {
    const item = Object(given) as Fields;
    const whole = body.place(["input", at]);
    const text = whole === undefined ? JSON.stringify(given) : body.text.slice(whole.from, whole.to);
    const encrypted = item["encrypted_content"];
    const isReasoning = item["type"] === "reasoning";
    if (isReasoning || readSigned(encrypted) !== undefined) {
      isChanged = true;
      // Other items cannot be left out: a compaction stands for all before it. Its server decides.
      const own = isReasoning ? ownContent(encrypted, writer) : readSigned(encrypted)?.signature;
      const inner = body.place(["input", at, "encrypted_content"]);
      isOrphan = own === undefined;
      if (own === undefined || whole === undefined || inner === undefined) return [];
      const [from, to] = [inner.from - whole.from, inner.to - whole.from];
      return [text.slice(0, from) + JSON.stringify(own) + text.slice(to)];
    }
    const isOfModel =
      item["role"] === "assistant" || item["type"] === "function_call" || item["type"] === "custom_tool_call";
    isOrphan &&= isOfModel;
    if (!isOrphan || item["id"] === undefined) return [text];
    isChanged = true;
    const { id: _, ...others } = item;
    return [JSON.stringify(others)];
  });
  return isChanged ? [{ place, text: `[${items.join(",")}]` }] : [];
}

/** Returns the content of reasoning that this model wrote, also where it was carried as blocks of a translated answer. */
function ownContent(encrypted: unknown, writer: string): string | undefined {
  const read = readSigned(encrypted);
  if (read === undefined || read.writer !== writer) return undefined;
  if (!/^[[{]/.test(read.signature)) return read.signature;
  try {
    const held: unknown = JSON.parse(read.signature);
    const [block] = (
      Array.isArray(held) ? held : (Object(held) as Fields)["thinking_blocks"]
    ) as readonly Fields[];
    const content = block?.["signature"] ?? block?.["data"];
    return typeof content === "string" ? content : undefined;
  } catch {
    return undefined;
  }
}
