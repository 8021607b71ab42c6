import type { CallOptions, ChatRequest, NativeRequest, ReasoningEffort } from "../../../contracts/index.ts";
import { fieldsOf } from "../../../plugin/fields-of.ts";
import type { JsonPath } from "../../../plugin/json-places.ts";
import { readSigned } from "../../../plugin/signed.ts";
import {
  continuesUnthought,
  type HistoryTurn,
  MIN_BUDGET_TOKENS,
  toReasoning,
} from "./anthropic-reasoning.ts";
import { DEFAULT_MAX_TOKENS, extraWithin, type TranslationSettings } from "./anthropic-request.ts";
import { changedBody, type NativeBody, type PartChange, readNativeBody, without } from "./native-body.ts";

type Fields = Readonly<Record<string, unknown>>;

export type NativeSettings = Pick<
  TranslationSettings,
  "model" | "writer" | "reasoning" | "defaults" | "maxOutputTokens"
> & {
  readonly isStreamed: boolean;
  /** Fields of a platform, in place of those of the same name: undefined leaves one out. */
  readonly platform?: Fields | undefined;
};

/**
 * Returns the body of a Messages request as its sender wrote it, for one model: its name, whether it streams, the output
 * limit of the call, defaults of the model for what the body leaves open, and thinking are replaced; fields of the router,
 * other models and another place are left out. `request` is the translation, which has the limit of the call.
 */
export function nativeMessagesBody(
  { text, effort }: NativeRequest,
  request: ChatRequest,
  settings: NativeSettings,
  { onDropped }: Pick<CallOptions, "onDropped">,
): string {
  const body = readNativeBody(text, isThinkingPlace);
  const { defaults, model, isStreamed } = settings;
  const issues = { drop: (parameter: string) => onDropped?.(parameter) };
  const history = readHistory(body, settings.writer);
  const limit = limitOf(body.fields, request, settings);
  const thinking = thinkingOf(body.fields, request, settings, {
    limit,
    turns: history.turns,
    effort,
    issues,
  });
  return changedBody(
    body,
    {
      ...withheld,
      ...thinking,
      ...(body.fields["max_tokens"] !== limit && { max_tokens: limit }),
      ...(isStreamed
        ? body.fields["stream"] !== true && { stream: true }
        : body.fields["stream"] === true && { stream: false }),
      ...extraWithin(request, defaults?.extraBody, issues),
      model,
      ...settings.platform,
    },
    history.changes,
  );
}

/** Returns the body of a request for the number of its input tokens: as its sender wrote it, for one model. */
export function nativeCountBody(
  { text }: NativeRequest,
  { model, writer }: Pick<NativeSettings, "model" | "writer">,
): string {
  const body = readNativeBody(text, isThinkingPlace);
  return changedBody(body, { ...withheld, model }, readHistory(body, writer).changes);
}

/** Another place, which constraints have not seen. The model's own `extraBody` may say it. */
const withheld = without("fallback_credit_token", "inference_geo");

/** Contents of messages, their blocks, and the signatures and citations of these. */
function isThinkingPlace(path: JsonPath): boolean {
  if (path[0] !== "messages" || path.length < 3 || path.length > 5 || path[2] !== "content") return false;
  return path.length < 5 || path[4] === "signature" || path[4] === "data" || path[4] === "citations";
}

/** Output limit of the call: the request's own, unless a bound has lowered it. */
function limitOf(fields: Fields, request: ChatRequest, settings: NativeSettings): number {
  const asked = request.max_completion_tokens ?? request.max_tokens;
  if (typeof asked === "number") return asked;
  const own = fields["max_tokens"];
  if (typeof own === "number") return own;
  return settings.defaults?.maxOutputTokens ?? settings.maxOutputTokens ?? DEFAULT_MAX_TOKENS;
}

interface History {
  /** The last turns, without what is left out. */
  readonly turns: readonly HistoryTurn[];
  readonly changes: readonly PartChange[];
}

/** Reads the thinking in earlier answers: the target's own gets its signature back, all other is left out. */
function readHistory(body: NativeBody, writer: string): History {
  const messages = Array.isArray(body.fields["messages"]) ? (body.fields["messages"] as unknown[]) : [];
  const changes: PartChange[] = [];
  const turns: HistoryTurn[] = [];
  messages.forEach((message, at) => {
    const { content } = (message ?? {}) as { readonly content?: unknown };
    if (!Array.isArray(content)) {
      turns.push({ content: [{ type: "text" }] });
      return;
    }
    const kept: string[] = [];
    const blocks: HistoryTurn["content"][number][] = [];
    let isWhole = true;
    content.forEach((given: unknown, index) => {
      const block = (given ?? {}) as Fields;
      const place = ["messages", at, "content", index];
      const field = block["type"] === "thinking" ? "signature" : "data";
      const isThinking = block["type"] === "thinking" || block["type"] === "redacted_thinking";
      const read = isThinking ? readSigned(block[field]) : undefined;
      if (isThinking && read?.writer !== writer) {
        isWhole = false;
        return;
      }
      blocks.push(block);
      const whole = body.place(place);
      const isForeign = block["type"] === "text" && citesForeign(block["citations"]);
      const changed = read ? body.place([...place, field]) : isForeign && body.place([...place, "citations"]);
      // Sources that a server of Anthropic's did not write are refused.
      const restored = read ? JSON.stringify(read.signature) : "null";
      if (whole === undefined) return;
      if (changed) changes.push({ place: changed, text: restored });
      kept.push(
        changed
          ? body.text.slice(whole.from, changed.from) + restored + body.text.slice(changed.to, whole.to)
          : body.text.slice(whole.from, whole.to),
      );
    });
    turns.push({ content: blocks });
    const place = body.place(["messages", at, "content"]);
    if (isWhole || place === undefined) return;
    // Signatures within it are in the new text already.
    while (changes.length > 0 && (changes.at(-1) as PartChange).place.from >= place.from) changes.pop();
    // A turn without content is refused: one that held foreign thinking alone says nothing.
    const text = kept.length === 0 ? '[{"type":"text","text":"(no text)"}]' : `[${kept.join(",")}]`;
    changes.push({ place, text });
  });
  return { turns, changes };
}

/** True for citations of an answer that was translated for the sender. */
function citesForeign(citations: unknown): boolean {
  return (
    Array.isArray(citations) &&
    citations.some((one) => readSigned(fieldsOf(one)["encrypted_index"]) !== undefined)
  );
}

interface Given {
  readonly limit: number;
  readonly turns: readonly HistoryTurn[];
  /** Effort in place of that of the body. */
  readonly effort: ReasoningEffort | undefined;
  readonly issues: { readonly drop: (parameter: string) => void };
}

/** Returns thinking and effort where they must be others than those of the body. */
function thinkingOf(
  fields: Fields,
  request: ChatRequest,
  settings: NativeSettings,
  { limit, turns, effort: wanted, issues }: Given,
): Fields {
  const thinking = (fields["thinking"] ?? undefined) as
    | { readonly type?: unknown; readonly budget_tokens?: unknown }
    | undefined;
  const output = (fields["output_config"] ?? undefined) as Fields | undefined;
  const { type, budget_tokens: budget } = thinking ?? {};
  const isOpen = (type === undefined || type === "adaptive") && output?.["effort"] === undefined;
  const isUnknown =
    settings.reasoning === "budget" && (type === "adaptive" || output?.["effort"] !== undefined);
  if (wanted !== undefined || isUnknown || (isOpen && settings.defaults?.reasoningEffort !== undefined)) {
    const choice = (fields["tool_choice"] as { readonly type?: unknown } | undefined)?.type;
    const forced = choice === "any" || choice === "tool";
    const of = wanted === undefined ? request : { reasoning_effort: wanted };
    const asked = toReasoning(of, settings, { maxTokens: limit, forced, turns }, issues);
    const { effort: _, ...others } = output ?? {};
    const config = asked.effort === undefined ? others : { ...others, effort: asked.effort };
    const isEmpty = Object.keys(config).length === 0;
    return { thinking: asked.thinking, output_config: isEmpty ? undefined : config };
  }
  if (type !== "enabled") return {};
  if (continuesUnthought(turns) || limit <= MIN_BUDGET_TOKENS) {
    issues.drop("thinking");
    return { thinking: undefined };
  }
  if (typeof budget !== "number" || budget < limit) return {};
  return { thinking: { ...thinking, budget_tokens: Math.max(MIN_BUDGET_TOKENS, Math.floor(limit * 0.8)) } };
}
