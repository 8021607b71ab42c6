import type { Completion, CompletionChunk } from "../../../src/contracts/index.ts";

const ends: ReadonlySet<unknown> = new Set([
  "stop",
  "length",
  "tool_calls",
  "content_filter",
  "function_call",
]);
const isText = (value: unknown) => value === undefined || value === null || typeof value === "string";
const isList = (value: unknown) => value === undefined || value === null || Array.isArray(value);

/** Returns what an answer says against the contract; undefined if it keeps it. */
export function brokenIn({ id, model, created, choices, usage }: Completion): string | undefined {
  if (choices.length !== 1) return `${choices.length} choices`;
  const [choice] = choices;
  const { index = 0, message, finish_reason } = choice ?? {};
  if (index !== 0) return "another place than 0";
  if (![id, model].every((one) => typeof one === "string")) return "an id or a model that is no text";
  if (!Number.isFinite(created)) return "a time that is none";
  if (!ends.has(finish_reason)) return `finish reason ${String(finish_reason)}`;
  if (message?.content === undefined) return "no content";
  for (const call of message.tool_calls ?? []) {
    const said =
      call.type === "custom"
        ? [call.custom.name, call.custom.input]
        : [call.function.name, call.function.arguments];
    if (![call.id, ...said].every((one) => typeof one === "string")) return "a call that is none";
  }
  return brokenMessage(message) ?? brokenUsage(usage);
}

/** The same for a chunk. */
export function brokenChunk({ choices, usage }: CompletionChunk): string | undefined {
  if (choices.length > 1) return "a chunk of several choices";
  const { index = 0, delta, finish_reason = null } = choices[0] ?? { delta: {} };
  if (index !== 0) return "another place than 0";
  if (finish_reason !== null && !ends.has(finish_reason))
    return `a chunk with the finish reason ${String(finish_reason)}`;
  for (const { index, id, function: called, custom } of delta.tool_calls ?? []) {
    if (index !== undefined && !Number.isInteger(index)) return "a call whose index is none";
    const said = [id, called?.name, called?.arguments, custom?.name, custom?.input];
    if (!said.every(isText)) return "a piece of a call that is no text";
  }
  return brokenMessage(delta) ?? brokenUsage(usage);
}

type Said = Partial<Completion["choices"][number]["message"]> | CompletionChunk["choices"][number]["delta"];

function brokenMessage(message: Said): string | undefined {
  const {
    content,
    refusal,
    reasoning_content: reasoning,
    annotations,
    images,
    thinking_blocks,
    tool_calls,
  } = message;
  if (!isText(content)) return "content is no text";
  if (![refusal, reasoning].every(isText)) return "refusal or reasoning is no text";
  for (const [name, list] of Object.entries({ annotations, images, thinking_blocks, tool_calls }))
    if (!isList(list)) return `${name} that are no list`;
  for (const { type, url_citation: source } of annotations ?? [])
    if (type === "url_citation" && ![source?.url, source?.title].every((one) => typeof one === "string"))
      return "a source that is none";
  for (const { image_url: image } of images ?? [])
    if (typeof image?.url !== "string") return "an image that is none";
  return [content, refusal, reasoning].some((one) => one?.includes("[object Object]"))
    ? "[object Object]"
    : undefined;
}

function brokenUsage(usage: Completion["usage"] | null): string | undefined {
  const counts: readonly unknown[] = [
    usage?.prompt_tokens,
    usage?.completion_tokens,
    usage?.total_tokens,
    usage?.prompt_tokens_details?.cached_tokens,
    usage?.completion_tokens_details?.reasoning_tokens,
  ];
  const isCount = (one: unknown) =>
    one === undefined || one === null || (Number.isFinite(one) && Number(one) >= 0);
  return counts.every(isCount) ? undefined : "counts that are none";
}
