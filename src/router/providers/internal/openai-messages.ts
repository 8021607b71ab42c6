import type { ChatMessage } from "../../../contracts/index.ts";
import { writtenBy } from "./provenance.ts";
import { createToolCallIds, type ToolCallIds } from "./tool-call-ids.ts";

export interface MessageTarget {
  /** See `writerOf`. */
  readonly writer: string;
  /**
   * True if only OpenAI's own fields are sent, and ids of at most 40 characters, as OpenAI requires. Other
   * servers have fields of their own, which are sent unless another model wrote them.
   */
  readonly strict: boolean;
}

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;
type ToolCall = NonNullable<AssistantMessage["tool_calls"]>[number];

const messageFields: ReadonlySet<string> = new Set([
  "role",
  "content",
  "refusal",
  "name",
  "audio",
  "tool_calls",
  "function_call",
]);
const callFields: ReadonlySet<string> = new Set(["id", "type", "function", "custom"]);
const longestId = 40;

/** Converts the history to what the target accepts. Messages that need no change stay the same objects. */
export function toOpenAiMessages(messages: readonly ChatMessage[], target: MessageTarget): ChatMessage[] {
  const ids = target.strict ? createToolCallIds((id) => id.length <= longestId && id !== "") : undefined;
  return messages.map((message) => {
    if (message.role === "assistant") return toAssistantMessage(message, target, ids);
    if (message.role !== "tool" || ids === undefined) return message;
    const id = ids.ofResult(message.tool_call_id);
    return id === message.tool_call_id ? message : { ...message, tool_call_id: id };
  });
}

function toAssistantMessage(
  message: AssistantMessage,
  { writer, strict }: MessageTarget,
  ids: ToolCallIds | undefined,
): AssistantMessage {
  const by = writtenBy(message);
  const keepExtras = by === undefined ? !strict : by === writer;
  const given = message.tool_calls;
  const calls = given?.length ? toCalls(given, keepExtras, ids) : undefined;
  const kept = Object.entries(message).filter(([field, value]) => {
    if (field === "written_by" || field === "annotations") return false;
    // Some servers answer `[]` if no tool is called, and others refuse that.
    if (field === "tool_calls") return calls !== undefined;
    return messageFields.has(field) || (keepExtras && value !== null && value !== undefined);
  });
  const says = calls ?? message.function_call ?? message.refusal ?? message.content;
  // OpenAI refuses an empty turn, such as one that holds only reasoning.
  const isSilent = strict && (says === undefined || says === null);
  if (!isSilent && calls === given && kept.length === Object.keys(message).length) return message;
  return {
    ...(Object.fromEntries(kept) as unknown as AssistantMessage),
    ...(calls && { tool_calls: calls }),
    ...(isSilent && { content: "" }),
  };
}

function toCalls(calls: ToolCall[], keepExtras: boolean, ids: ToolCallIds | undefined): ToolCall[] {
  const sentIds = ids?.ofCalls(calls.map(({ id }) => id));
  const sent = calls.map((call, at): ToolCall => {
    const id = sentIds?.[at] ?? call.id;
    const own = Object.entries(call).filter(([field]) => keepExtras || callFields.has(field));
    if (id === call.id && own.length === Object.keys(call).length) return call;
    return { ...(Object.fromEntries(own) as unknown as ToolCall), id };
  });
  return sent.every((call, at) => call === calls[at]) ? calls : sent;
}

const answerFields: ReadonlySet<string> = new Set([...messageFields, "annotations"]);
const answerCallFields: ReadonlySet<string> = new Set([...callFields, "index"]);

/** True if an answer's message, or a delta of one, holds fields that only its writer can read. */
export function holdsExtras(message: object): boolean {
  if (hasFieldBeside(answerFields, message)) return true;
  const { tool_calls: calls } = message as { readonly tool_calls?: readonly object[] | null };
  return Array.isArray(calls) && calls.some((call) => hasFieldBeside(answerCallFields, call));
}

function hasFieldBeside(fields: ReadonlySet<string>, value: object): boolean {
  // Not `Object.entries`: this looks at every chunk of a stream.
  for (const field in value) {
    if (fields.has(field)) continue;
    const held: unknown = (value as Readonly<Record<string, unknown>>)[field];
    if (held !== null && held !== undefined && held !== "") return true;
  }
  return false;
}
