import type { CallOptions, ChatMessage, ContentPart, RoleRule, TextPart } from "../../../contracts/index.ts";
import { readContent } from "../../../plugin/answer/answer-content.ts";
import { reportLeftOut } from "./lost-extensions.ts";
import { messagesByRule } from "./messages-by-rule.ts";
import { writtenBy } from "./provenance.ts";
import { createShortIds, createToolCallIds, type ToolCallIds } from "./tool-call-ids.ts";

export interface MessageTarget {
  /** See `writerOf`. */
  readonly writer: string;
  /**
   * True if only OpenAI's own fields are sent, and ids of at most 40 characters, as OpenAI requires. Other
   * servers have fields of their own, which are sent unless another model wrote them.
   */
  readonly strict: boolean;
  /** Default `as-sent`. */
  readonly roles?: RoleRule | undefined;
  /** Called with the name of what an answer of another model holds and is not sent. */
  readonly onDropped?: CallOptions["onDropped"];
}

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;
type ToolCall = NonNullable<AssistantMessage["tool_calls"]>[number];

const messageFields: ReadonlySet<string> = new Set([
  "role",
  "content",
  "refusal",
  "name",
  "tool_calls",
  "function_call",
]);
const callFields: ReadonlySet<string> = new Set(["id", "type", "function", "custom"]);
/** Fields of ours, which no server of this interface knows by their names. */
const ourFields: ReadonlySet<string> = new Set(["written_by", "provider_parts", "provider_metadata"]);
/** Fields that OpenAI's models have written by another interface. */
const otherInterface: ReadonlySet<string> = new Set(["phase", "thinking_blocks"]);
const longestId = 40;

/** Converts the history to what the target accepts. Messages that need no change stay the same objects. */
export function toOpenAiMessages(messages: readonly ChatMessage[], target: MessageTarget): ChatMessage[] {
  const ids = idsOf(target);
  const sent = messages.map((message) => {
    if (message.role === "assistant") return toAssistantMessage(message, target, ids);
    if (message.role !== "tool" || ids === undefined) return message;
    const id = ids.ofResult(message.tool_call_id);
    return id === message.tool_call_id ? message : { ...message, tool_call_id: id };
  });
  return messagesByRule(
    target.strict ? withTextResults(sent) : sent,
    target.roles ?? "as-sent",
  ) as ChatMessage[];
}

function idsOf({ strict, roles }: MessageTarget): ToolCallIds | undefined {
  if (roles === "alternating" || roles === "no-system") return createShortIds();
  return strict ? createToolCallIds((id) => id.length <= longestId && id !== "") : undefined;
}

function toAssistantMessage(
  message: AssistantMessage,
  { writer, strict, onDropped }: MessageTarget,
  ids: ToolCallIds | undefined,
): AssistantMessage {
  const by = writtenBy(message);
  const isOwn = by === writer;
  const keepExtras = by === undefined ? !strict : isOwn;
  const given = message.tool_calls;
  const calls = given?.length ? toCalls(given, keepExtras, ids) : undefined;
  const parts = keepExtras && !strict ? partsToSend(message) : undefined;
  const keeps = (field: string, value: unknown): boolean => {
    if (ourFields.has(field)) return false;
    // Some servers answer `[]` if no tool is called, and others refuse that.
    if (field === "tool_calls") return calls !== undefined;
    if (field === "audio") return false;
    if (field === "reasoning_content" && parts !== undefined) return false;
    if (messageFields.has(field)) return true;
    // OpenAI takes its own back, and others refuse it.
    if (field === "annotations") return isOwn || (strict && by === undefined);
    if (strict && otherInterface.has(field)) return false;
    return keepExtras && value !== null && value !== undefined;
  };
  const kept = Object.entries(message).filter(([field, value]) => keeps(field, value));
  // Parts hold the reasoning, too.
  if (parts === undefined)
    reportLeftOut(message, (name) => kept.some(([field]) => field === name), onDropped);
  const more = { ...spokenPart(message, by === undefined || isOwn), ...(parts && { content: parts }) };
  const says =
    calls ?? more.audio ?? message.function_call ?? message.refusal ?? more.content ?? message.content;
  // OpenAI refuses an empty turn, such as one that holds only reasoning.
  const isSilent = strict && (says === undefined || says === null);
  const isSame = calls === given && kept.length === Object.keys(message).length;
  if (!isSilent && isSame && Object.keys(more).length === 0) return message;
  return {
    ...(Object.fromEntries(kept) as unknown as AssistantMessage),
    ...(calls && { tool_calls: calls }),
    ...(isSilent && { content: "" }),
    ...(more as Partial<AssistantMessage>),
  };
}

/** Kinds of parts of which an answer may consist: those of Mistral (API reference, 2026-12). Users alone send files. */
const partTypes: ReadonlySet<unknown> = new Set(["text", "thinking", "reference", "tool_reference"]);

/** Returns the parts that the answer came in, if it still says the same. */
function partsToSend({ provider_parts: parts, content }: AssistantMessage): object[] | undefined {
  if (!Array.isArray(parts) || typeof (content ?? "") !== "string") return undefined;
  if (!parts.every((part) => partTypes.has(part?.["type"]))) return undefined;
  return readContent(parts).text === (content ?? "") ? parts : undefined;
}

/** Its model knows an earlier spoken answer by its id, for an hour or so. All others read what was said. */
function spokenPart(
  { audio, content }: AssistantMessage,
  isOwn: boolean,
): { readonly audio?: { readonly id: string }; readonly content?: unknown } {
  if (!audio) return {};
  const { id, expires_at: until = Number.POSITIVE_INFINITY, transcript } = audio;
  if (isOwn && id && until * 1_000 > Date.now()) return { audio: { id } };
  return content || !transcript ? {} : { content: transcript };
}

const elsewhere = "The content of this result is in the message after the results.";

/** OpenAI takes nothing but text as the result of a call: images and files go into a message after the results. */
function withTextResults(messages: ChatMessage[]): ChatMessage[] {
  if (!messages.some(holdsMore)) return messages;
  const sent: ChatMessage[] = [];
  let waiting: ContentPart[] = [];
  const flush = (): void => {
    if (waiting.length > 0) sent.push({ role: "user", content: waiting });
    waiting = [];
  };
  for (const message of messages) {
    if (message.role !== "tool") flush();
    if (message.role === "tool" && holdsMore(message)) {
      const parts = message.content as readonly ContentPart[];
      const texts = parts.filter(({ type }) => type === "text") as TextPart[];
      const about = { type: "text" as const, text: `Result of the call ${message.tool_call_id}:` };
      waiting.push(about, ...parts.filter(({ type }) => type !== "text"));
      sent.push({ ...message, content: texts.length > 0 ? texts : elsewhere });
    } else sent.push(message);
  }
  flush();
  return sent;
}

function holdsMore({ role, content }: ChatMessage): boolean {
  return role === "tool" && Array.isArray(content) && content.some(({ type }) => type !== "text");
}

function toCalls(calls: ToolCall[], keepExtras: boolean, ids: ToolCallIds | undefined): ToolCall[] {
  const sentIds = ids?.ofCalls(calls.map(({ id }) => id));
  const sent = calls.map((call, at): ToolCall => {
    const id = sentIds?.[at] ?? call.id;
    // Snowflake adds an empty one of the other kind (recorded 2026-07).
    const stray = call.type === "custom" ? "function" : "custom";
    const own = Object.entries(call).filter(
      ([field]) => field !== stray && (keepExtras || callFields.has(field)),
    );
    if (id === call.id && own.length === Object.keys(call).length) return call;
    return { ...(Object.fromEntries(own) as unknown as ToolCall), id };
  });
  return sent.every((call, at) => call === calls[at]) ? calls : sent;
}

const answerFields: ReadonlySet<string> = messageFields;
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
    if (held === null || held === undefined || held === "") continue;
    if (!Array.isArray(held) || held.length > 0) return true;
  }
  return false;
}
