import {
  type ChatMessage,
  InvalidRequestError,
  type Labels,
  type RequestFacts,
  type RouteRequest,
  type TypedText,
} from "../../contracts/index.ts";
import type { ReadBody } from "../../plugin/hand-over.ts";
import { routingFields } from "../../plugin/routing-fields.ts";
import { checkPlainOnce } from "./check-plain.ts";
import { checkRequest } from "./check-request.ts";
import { addContentTypes, addOutputTypes } from "./content-types.ts";
import { hasAgentsTools, isFromHarness, typedTextOf } from "./harness.ts";
import { HeldText } from "./held-text.ts";
import { partCharacters } from "./part-characters.ts";
import { providerToolsOf } from "./provider-tools.ts";
import { readable } from "./readable.ts";
import { addField, addMedia, type SentTexts, sentTexts } from "./sent-texts.ts";
import { isOutput, stepOf, steps } from "./step-of.ts";
import { cut, imagesIn, isBlank, soundTokensIn, textOf } from "./texts.ts";

/** Length limits of `ask` and `window`, in UTF-16 code units. */
export const ASK_CHARACTERS = 4_000;
export const WINDOW_CHARACTERS = 2_000;

const askTail = 1_000;
const askHead = ASK_CHARACTERS - askTail - 1;
const turnHead = 400;
const turnTail = 199;
/** Number of messages at the start and at the end of a conversation whose tokens are estimated one by one. */
const sampledFirst = 2;
const sampledLast = 32;
/** Tokens of a message's role and separators in the chat formats of the large providers. */
const tokensPerMessage = 4;
/** Tokens of a 1024 x 1024 image in OpenAI's high detail; other providers charge 258 to 1,600. */
const tokensPerImage = 765;
const expectedOutputCap = 300;
const noLabels: Labels = Object.freeze({});

export interface NormaliseOptions {
  /** Longest request in characters, all texts together. */
  readonly maxCharacters: number;
  /** Estimates the tokens of a text; its time must be bounded for any length. */
  readonly estimateTokens: (text: string) => number;
  /** `trusted`: a request with the tools of a coding agent is believed to be one. Default `guarded`. */
  readonly agents?: "trusted" | "guarded" | undefined;
}

/**
 * Reads a request once and returns its facts, frozen. Takes time linear in the number of messages and bounded
 * in their length, except for elements of coding agents in the last user turn. `text` holds the
 * request. Throws `InvalidRequestError`.
 */
export function normaliseRequest(
  request: RouteRequest,
  options: NormaliseOptions,
  text: HeldText = new HeldText(request),
): RequestFacts {
  return readable(request, () => read(request, options, text));
}

function read(request: RouteRequest, options: NormaliseOptions, text: HeldText): RequestFacts {
  const messages = checkRequest(request);
  const fields = typeof request === "string" ? noFields : request;
  const body = HeldText.bodyOf(text);
  const native = HeldText.nativeOf(text);
  const isCounted = body?.hasNumericNames === true;
  const size = measure(messages, options, isCounted);
  const contentTypes = addOutputTypes(fields, size.contentTypes);
  const large = body?.large;
  const others = isCounted
    ? Math.max(0, body.length - size.sent.media - size.characters)
    : jsonCharacters("tools", fields.tools, large) + otherCharacters(fields, size.sent, large);
  const translated = size.characters + others;
  const rest = isCounted ? 0 : HeldText.restBeyond(text, translated, size.sent.media, options.maxCharacters);
  const characters = translated + rest;
  if (characters > options.maxCharacters) {
    throw new InvalidRequestError(
      "messages",
      `has ${characters} characters, more than the limit of ${options.maxCharacters} (option maxCharacters)`,
    );
  }
  const { text: whole, index } = askPosition(messages, textOf);
  const window = index === 0 ? "" : windowBefore(messages, index, textOf);
  const { codingAgent } = fields;
  const isBelieved =
    codingAgent !== undefined || (options.agents === "trusted" && hasAgentsTools(fields.tools));
  const typed =
    isBelieved || isFromHarness(messages, fields.tools)
      ? typedText(messages, whole, window, isBelieved)
      : undefined;
  const answer = lastAnswer(messages);
  const maxOutputTokens = fields.max_completion_tokens ?? fields.max_tokens ?? undefined;
  return Object.freeze<RequestFacts>({
    ask: cut(whole, askHead, askTail),
    window,
    typed,
    askCharacters: whole.length,
    characters,
    inputTokens: Math.ceil(size.tokens + (others + rest) / 4),
    inputTokensExact: undefined,
    mostInputTokens: undefined,
    expectedOutputTokens: Math.min(maxOutputTokens ?? expectedOutputCap, expectedOutputCap),
    maxOutputTokens,
    turns: size.turns,
    tools: fields.tools?.length ?? 0,
    images: size.images,
    protocol: native?.providerTools && native.protocol,
    providerTools: providerToolsOf(fields) ?? native?.providerTools,
    providerState: native?.providerState,
    contentTypes: contentTypes && Object.freeze(contentTypes),
    toolLoopPending: isToolLoopPending(messages, answer),
    step: steps[fields.step ?? stepOf(messages, answer, isBelieved)],
    jsonSchema: fields.response_format?.type === "json_schema",
    reasoningEffort: fields.reasoning_effort ?? undefined,
    session: fields.session,
    tenant: fields.tenant,
    labels: fields.labels === undefined ? noLabels : Object.freeze({ ...fields.labels }),
    category: fields.category,
    language: fields.language,
    codingAgent,
    text,
  });
}

type Fields = Partial<Exclude<RouteRequest, string>>;
const noFields: Fields = {};

interface Size {
  characters: number;
  tokens: number;
  turns: number;
  images: number;
  contentTypes: string[] | undefined;
  readonly sent: SentTexts;
}

function measure(
  messages: readonly ChatMessage[],
  { maxCharacters, estimateTokens }: NormaliseOptions,
  isCounted: boolean,
): Size {
  const sent = sentTexts(maxCharacters);
  const size: Size = { characters: 0, tokens: 0, turns: 0, images: 0, contentTypes: undefined, sent };
  const lastFrom = messages.length - sampledLast;
  let sampled = 0;
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index] as ChatMessage;
    const text = textOf(message);
    let others = 0;
    // All else is counted with the body.
    if (isCounted) addMedia(sent, message.content);
    else others = furtherCharacters(message, text, sent);
    size.characters += text.length + others;
    if (message.role === "user") size.turns += 1;
    size.images += imagesIn(message);
    if (typeof message.content !== "string") {
      size.contentTypes = addContentTypes(message, size.contentTypes);
      size.tokens += soundTokensIn(message);
    }
    if (index < sampledFirst || index >= lastFrom) {
      size.tokens += estimateTokens(text) + others / 4;
      sampled += text.length + others;
    }
  }
  // The middle of a long conversation is assumed to be like its ends.
  const rest = size.characters - sampled;
  if (rest > 0) size.tokens += rest * (sampled === 0 ? 0.25 : size.tokens / sampled);
  size.tokens += messages.length * tokensPerMessage + size.images * tokensPerImage;
  return size;
}

/** Returns the place of the last assistant turn; -1 without one. */
function lastAnswer(messages: readonly ChatMessage[]): number {
  let at = messages.length - 1;
  while (at >= 0 && (messages[at] as ChatMessage).role !== "assistant") at -= 1;
  return at;
}

/**
 * True if the last assistant turn, which is at `answer`, called tools. Messages after it (results, a reminder of the harness) do
 * not close the loop; only an answer does.
 */
function isToolLoopPending(messages: readonly ChatMessage[], answer: number): boolean {
  const last = messages[answer];
  // Without one, the calls of these results were cut from the conversation.
  if (last?.role !== "assistant") return isOutput(messages[messages.length - 1]);
  return (last.tool_calls?.length ?? 0) > 0 || Boolean(last.function_call);
}

/** Returns the characters of a message in addition to its text: calls, names, reasoning, further fields and parts. */
function furtherCharacters(message: ChatMessage, text: string, sent: SentTexts): number {
  const before = sent.characters;
  for (const field in message) {
    if (field === "role") continue;
    const value = message[field as keyof ChatMessage] as unknown;
    // Nearly all that is sent is a text here.
    if (field === "content" && typeof value === "string") sent.characters += value.length;
    else if (field !== "provider_parts") addField(sent, field, value);
  }
  const all = sent.characters - before;
  const further = all > text.length ? all - text.length : 0;
  return message.role === "assistant" ? further + partCharacters(message, all) : further;
}

/** Returns the characters of fields of a request other than its messages and tools, but for those of the router. */
function otherCharacters(fields: Fields, sent: SentTexts, large: ReadBody["large"]): number {
  const before = sent.characters;
  let schemas = 0;
  for (const field in fields) {
    if (notCounted.has(field)) continue;
    const value = fields[field as keyof Fields] as unknown;
    const isSchema = field === "response_format" || field === "functions";
    const counted = large?.get(value);
    if (isSchema && typeof value === "object" && value !== null)
      schemas += jsonCharacters(field, value, large);
    else if (counted !== undefined) sent.characters += field.length + counted.characters;
    else addField(sent, field, value);
  }
  return sent.characters - before + schemas;
}

const notCounted: ReadonlySet<string> = new Set([...routingFields, "messages", "tools", "output"]);

/** Cached lengths of tools and schemas by the object, since applications send the same one with every request. */
const knownLengths = new WeakMap<
  object,
  { readonly count: number | undefined; readonly characters: number }
>();

function jsonCharacters(field: string, value: object | undefined, large: ReadBody["large"]): number {
  const count = Array.isArray(value) ? value.length : undefined;
  if (value === undefined || count === 0) return 0;
  const counted = large?.get(value);
  if (counted !== undefined) return counted.length;
  const known = knownLengths.get(value);
  if (known !== undefined && known.count === count) return known.characters;
  // First, since references that branch would become a text without end.
  checkPlainOnce(field, value);
  const characters = JSON.stringify(value).length;
  knownLengths.set(value, { count, characters });
  return characters;
}

type TextOf = (message: ChatMessage) => string;

/** Returns the last user message with text, else the last message that is not a tool's output. */
function askPosition(
  messages: readonly ChatMessage[],
  read: TextOf,
): { readonly index: number; readonly text: string } {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index] as ChatMessage;
    if (message.role !== "user") continue;
    const text = read(message);
    if (!isBlank(text)) return { index, text };
  }
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index] as ChatMessage;
    if (!isOutput(message)) return { index, text: read(message) };
  }
  return { index: 0, text: "" };
}

/** Returns the turns of users without elements of a coding agent; undefined if that changes nothing. */
function typedText(
  messages: readonly ChatMessage[],
  whole: string,
  wholeWindow: string,
  isBelieved: boolean,
): TypedText | undefined {
  const users = messages.filter(({ role }) => role === "user");
  const { text, index } = askPosition(users, typedTextOf);
  if (isBlank(text)) return undefined;
  const window = windowBefore(users, index, typedTextOf);
  if (text === whole && window === wholeWindow) return undefined;
  const ask = cut(text, askHead, askTail);
  return Object.freeze({ ask, window, askCharacters: text.length, isBelieved });
}

/** Returns the user and assistant turns before the ask that fit into the window, newest last. */
function windowBefore(messages: readonly ChatMessage[], ask: number, read: TextOf): string {
  let text = "";
  for (let index = ask - 1; index >= 0; index -= 1) {
    const message = messages[index] as ChatMessage;
    if (message.role !== "user" && message.role !== "assistant") continue;
    const whole = message.role === "user" ? read(message) : textOf(message);
    if (whole === "") continue;
    const turn = cut(whole, turnHead, turnTail);
    if (text.length + turn.length + 1 > WINDOW_CHARACTERS) break;
    text = text === "" ? turn : `${turn}\n${text}`;
  }
  return text;
}
