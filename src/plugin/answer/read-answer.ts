import type { Completion, CompletionUsage, FinishReason, UrlCitation } from "../../contracts/index.ts";
import { ProviderError } from "../../contracts/index.ts";
import { type Fields, fieldsOf, isObject } from "../fields-of.ts";
import { type ReadMessage, readMessage } from "./answer-message.ts";
import { endedByFailure, withFailedAnswer } from "./failed-answer.ts";
import { answerEnd } from "./finish-words.ts";
import { toldUsage, withExecutedTools } from "./told-usage.ts";

/**
 * Reads a whole answer in whatever shape a server, or a user's own model, gives it, and returns it in ours: one choice with a
 * message whose content is a text, with a finish reason. The same object where nothing has to change. Throws `ProviderError`
 * for anything else, and for an answer that ended by a failure; it carries the text that was written.
 */
export function readAnswer(body: unknown, model: string): Completion {
  const choice = onlyChoice(body);
  const said = choice?.["message"];
  const usage = choice === undefined ? undefined : toldUsage(body as Fields, choice);
  if (choice === undefined || !isObject(said)) throw withoutMessage(body, choice, usage, model);
  const read = readMessage(said, true);
  if (read.hasUnreadCalls) throw failed(incomplete(unreadCalls, model), read, usage, body as Fields);
  const callsTools = hasCalls(read.message);
  const end = answerEnd(choice["finish_reason"], choice["native_finish_reason"], callsTools);
  if ("failure" in end)
    throw failed(endedByFailure(end.failure, end.native, model), read, usage, body as Fields);
  // An empty word: the server gave none. The answer is not known to be whole, and is not kept for others.
  const native = end.native ?? (choice["finish_reason"] ? undefined : "");
  return withRead(
    body as Fields,
    choice,
    read,
    { ...end, native },
    withExecutedTools(usage, said["executed_tools"]),
  );
}

/** Summary of an answer whose tools cannot be called. */
export const unreadCalls = "the tool calls are not a list of calls";

function withRead(
  body: Fields,
  choice: Fields,
  read: ReadMessage,
  { reason, native }: { readonly reason: FinishReason; readonly native?: string | undefined },
  usage: CompletionUsage | undefined,
): Completion {
  const message = withSources(withParts(read), body);
  const head = oddHead(body, true);
  const isSame =
    head === undefined &&
    message === choice["message"] &&
    choice["index"] === 0 &&
    reason === choice["finish_reason"] &&
    usage === (body["usage"] ?? undefined) &&
    (body["choices"] as unknown[]).length === 1;
  if (isSame) return body as unknown as Completion;
  const own =
    native === undefined || typeof choice["native_finish_reason"] === "string"
      ? {}
      : { native_finish_reason: native };
  const only = { ...choice, ...own, index: 0, message, finish_reason: reason };
  return withUsage({ ...body, ...head, choices: [only] }, usage) as unknown as Completion;
}

/** Returns id, model and time of an answer where they are not what they should be. Undefined: they are. A chunk may lack them. */
export function oddHead({ id, model, created }: Fields, isWhole: boolean): Fields | undefined {
  const isId = typeof id === "string" || (id === undefined && !isWhole);
  const isModel = typeof model === "string" || (model === undefined && !isWhole);
  const isTime = Number.isFinite(created) || (created === undefined && !isWhole);
  if (isId && isModel && isTime) return undefined;
  return { ...(!isId && { id: "" }), ...(!isModel && { model: "" }), ...(!isTime && { created: 0 }) };
}

/** Replaces the usage of an answer by what was read of it. */
export function withUsage(fields: Fields, usage: CompletionUsage | undefined): Fields {
  if (usage !== undefined) return { ...fields, usage };
  if (fields["usage"] === undefined) return fields;
  const { usage: _, ...others } = fields;
  return others;
}

function withParts({ message, parts }: ReadMessage): Fields {
  return parts === undefined || message["provider_parts"] !== undefined
    ? message
    : { ...message, provider_parts: parts };
}

/** Perplexity names its sources next to the choices (API reference, 2026-06), and not in the text. */
export function sourcesIn(body: Fields): UrlCitation[] | undefined {
  const { search_results: results, citations } = body;
  const sources = Array.isArray(results) && results.length > 0 ? results : citations;
  if (!Array.isArray(sources) || sources.length === 0) return undefined;
  const found = sources.slice(0, mostSources).flatMap((source: unknown): UrlCitation[] => {
    const { url, title } = isObject(source) ? source : { url: source, title: undefined };
    if (typeof url !== "string") return [];
    const name = typeof title === "string" ? title : url;
    return [{ type: "url_citation", url_citation: { url, title: name, start_index: 0, end_index: 0 } }];
  });
  return found.length > 0 ? found : undefined;
}

const mostSources = 1_000;

function withSources(message: Fields, body: Fields): Fields {
  if (message["annotations"] !== undefined && message["annotations"] !== null) return message;
  const annotations = sourcesIn(body);
  return annotations === undefined ? message : { ...message, annotations };
}

/**
 * Returns the choice of a chunk that counts: several answers to one request are not asked for. It has place 0, or none: a place that is not a
 * number does not count.
 */
export function firstChoice(chunk: Fields): Fields | undefined {
  return choicesIn(chunk).find(({ index }) => typeof index !== "number" || index === 0);
}

/** Returns the choice of a whole answer that counts: the one with place 0, else the first one with a message. */
function onlyChoice(body: unknown): Fields | undefined {
  const choices = choicesIn(fieldsOf(body));
  const first = choices.length === 1 ? choices[0] : choices.find(({ index }) => index === 0);
  return first ?? choices.find(({ message }) => isObject(message)) ?? choices[0];
}

function choicesIn({ choices }: Fields): readonly Fields[] {
  if (!Array.isArray(choices)) return [];
  return choices.every(isObject) ? choices : choices.filter(isObject);
}

function hasCalls({ tool_calls: calls, function_call: call }: Fields): boolean {
  return (Array.isArray(calls) && calls.length > 0) || isObject(call);
}

/** The filter of Azure takes the message away where it cuts an answer at once (recorded 2026-06). */
function withoutMessage(
  body: unknown,
  choice: Fields | undefined,
  usage: CompletionUsage | undefined,
  model: string,
): ProviderError {
  const reason = choice?.["finish_reason"];
  const written = typeof choice?.["text"] === "string" ? choice["text"] : "";
  const error =
    reason === "content_filter"
      ? endedByFailure("content-filter", reason, model)
      : incomplete("the answer contains no message", model);
  const read = { message: { content: written }, parts: undefined, hasUnreadCalls: false };
  return failed(error, read, usage, fieldsOf(body));
}

function failed(
  error: ProviderError,
  { message }: ReadMessage,
  usage: CompletionUsage | undefined,
  { model: served }: Fields,
): ProviderError {
  const { content } = message;
  const written = typeof content === "string" ? content : "";
  return withFailedAnswer(error, {
    written,
    ...(usage !== undefined && { usage }),
    ...(typeof served === "string" && { model: served }),
  });
}

export function incomplete(summary: string, model: string): ProviderError {
  return new ProviderError({ kind: "incomplete", model, summary });
}
