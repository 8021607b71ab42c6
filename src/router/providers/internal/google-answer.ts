import { type Completion, type CompletionChunk, ProviderError } from "../../../contracts/index.ts";
import { nodeCrypto } from "../../../plugin/node-crypto.ts";
import { type ErrorContext, statusError } from "./google-errors.ts";
import { type GooglePart, type GoogleResponse, isJsonObject } from "./google-wire.ts";
import type { Provenance } from "./provenance.ts";
import { addCounts, tokenCount } from "./token-count.ts";

export interface AnswerContext extends ErrorContext {
  /** Used if the answer names no model version. */
  readonly model: string;
  /** See `writerOf`. */
  readonly writer: string;
  /** Seconds since the epoch. */
  readonly created: number;
}

type Delta = CompletionChunk["choices"][number]["delta"];
type FinishReason = Completion["choices"][number]["finish_reason"];

/**
 * A tool call of an answer. The signature has the same place as in Google's OpenAI-compatible endpoint; it
 * must be sent back with the call in the next request.
 */
interface ToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
  extra_content?: { google: { thought_signature: string } };
}

/** Translates a whole answer. Throws `ProviderError` if it is blocked, cut off or unreadable. */
export function toCompletion(raw: unknown, context: AnswerContext): Completion {
  const response = readResponse(raw, context);
  const candidate = response.candidates?.[0];
  const { text, calls } = readParts(candidate?.content?.parts);
  const usage = toUsage(response.usageMetadata, text === "" && calls.length === 0);
  return {
    id: response.responseId ?? nodeCrypto().randomUUID(),
    object: "chat.completion",
    created: context.created,
    model: response.modelVersion ?? context.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: text === "" && calls.length > 0 ? null : text,
          refusal: null,
          ...(calls.length > 0 && { tool_calls: calls }),
          ...provenanceOf(calls, context),
        },
        finish_reason: toFinishReason(candidate?.finishReason, calls.length > 0, context),
        logprobs: null,
      },
    ],
    ...(usage && { usage }),
  };
}

/**
 * Translates a stream to chunks: content as it arrives, then one chunk with the finish reason, then one
 * with the usage. Throws `ProviderError` as `toCompletion` does, also in mid-stream.
 */
export async function* toChunks(
  responses: AsyncIterable<unknown>,
  context: AnswerContext,
): AsyncGenerator<CompletionChunk> {
  let head = { id: "", created: context.created, model: context.model };
  let finishReason: string | null | undefined;
  let usage: Completion["usage"];
  let callCount = 0;
  let isSigned = false;
  let started = false;
  let isEmpty = true;

  for await (const raw of responses) {
    const response = readResponse(raw, context);
    if (!started) {
      head = {
        ...head,
        id: response.responseId ?? nodeCrypto().randomUUID(),
        model: response.modelVersion ?? context.model,
      };
      yield toChunk(head, { role: "assistant", content: "" });
      started = true;
    }
    const candidate = response.candidates?.[0];
    const { text, calls } = readParts(candidate?.content?.parts);
    if (text !== "") yield toChunk(head, { content: text });
    if (calls.length > 0) {
      const tool_calls = calls.map((call, index) => ({ index: callCount + index, ...call }));
      callCount += calls.length;
      const by: Provenance = isSigned ? {} : provenanceOf(calls, context);
      isSigned ||= by.written_by !== undefined;
      yield toChunk(head, { tool_calls, ...by } as Delta);
    }
    finishReason = candidate?.finishReason ?? finishReason;
    const hasContent = text !== "" || calls.length > 0;
    isEmpty &&= !hasContent;
    const counted = toUsage(response.usageMetadata, isEmpty);
    // An earlier count of the output lacks what has come since.
    usage = counted ?? (hasContent ? withoutOutput(usage) : usage);
  }

  yield toChunk(head, {}, toFinishReason(finishReason, callCount > 0, context));
  if (usage) yield { ...head, object: "chat.completion.chunk", choices: [], usage };
}

function withoutOutput(usage: Completion["usage"]): Completion["usage"] {
  if (usage?.prompt_tokens === undefined) return undefined;
  const { completion_tokens: _, total_tokens: __, completion_tokens_details: ___, ...input } = usage;
  return input as Completion["usage"];
}

function toChunk(
  head: { id: string; created: number; model: string },
  delta: Delta,
  finish_reason: FinishReason | null = null,
): CompletionChunk {
  return { ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] };
}

/** Names the writer of signatures, which only the same model can use. */
function provenanceOf(calls: readonly ToolCall[], { writer }: AnswerContext): Provenance {
  return calls.some((call) => call.extra_content !== undefined) ? { written_by: writer } : {};
}

function readResponse(raw: unknown, context: AnswerContext): GoogleResponse {
  const { name: model } = context;
  if (!isJsonObject(raw)) {
    throw new ProviderError({ kind: "incomplete", model, summary: "the answer is not a JSON object" });
  }
  const response = raw as GoogleResponse;
  if (response.error) throw statusError(response.error, context);
  const { blockReason, blockReasonMessage } = response.promptFeedback ?? {};
  if (blockReason && !response.candidates?.length) {
    throw new ProviderError({
      kind: "content-filter",
      model,
      summary: `the prompt was blocked (${asCode(blockReason)})`,
      detail: blockReasonMessage ?? undefined,
    });
  }
  return response;
}

/** Reads text and tool calls; the model's thoughts are left out. */
function readParts(parts: readonly GooglePart[] | null | undefined): { text: string; calls: ToolCall[] } {
  let text = "";
  const calls: ToolCall[] = [];
  for (const { text: piece, thought, functionCall, thoughtSignature } of parts ?? []) {
    if (functionCall !== undefined) {
      const { id, name = "", args = {} } = functionCall;
      calls.push({
        // At most 40 characters: OpenAI's limit, in case one of its models continues the conversation.
        id: id ?? `call_${nodeCrypto().randomUUID().replaceAll("-", "")}`,
        type: "function",
        function: { name, arguments: JSON.stringify(args) },
        ...(thoughtSignature !== undefined && {
          extra_content: { google: { thought_signature: thoughtSignature } },
        }),
      });
    } else if (piece !== undefined && thought !== true) text += piece;
  }
  return { text, calls };
}

/** A map, because the reason comes from the server and could be "constructor". */
const finishReasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["SAFETY", "content_filter"],
  ["RECITATION", "content_filter"],
  ["LANGUAGE", "content_filter"],
  ["BLOCKLIST", "content_filter"],
  ["PROHIBITED_CONTENT", "content_filter"],
  ["SPII", "content_filter"],
  ["IMAGE_SAFETY", "content_filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content_filter"],
  // Of a firewall that Vertex AI can put before a model.
  ["MODEL_ARMOR", "content_filter"],
]);

/**
 * Translates the finish reason. Any other reason means that there is no usable answer (a malformed tool
 * call, `OTHER`, or none at all if a stream was cut): kind `incomplete`, since a retry may succeed.
 */
function toFinishReason(
  reason: string | null | undefined,
  calls: boolean,
  context: AnswerContext,
): FinishReason {
  const finishReason = finishReasons.get(reason);
  if (finishReason === undefined) {
    const summary = reason ? `the answer ended with ${asCode(reason)}` : "the answer has no finish reason";
    throw new ProviderError({ kind: "incomplete", model: context.name, summary });
  }
  return finishReason === "stop" && calls ? "tool_calls" : finishReason;
}

/**
 * Converts the counts: Google counts thoughts separately from the answer, and cached tokens within the
 * prompt. A side that is not known, or cannot be a count, is left out, so that it is estimated and not taken
 * for 0. `isEmpty`: true for an answer without content, of which Google leaves out the count.
 */
function toUsage(raw: GoogleResponse["usageMetadata"], isEmpty: boolean): Completion["usage"] {
  if (!isJsonObject(raw)) return undefined;
  const prompt = tokenCount(raw.promptTokenCount);
  const answered = raw.candidatesTokenCount ?? (isEmpty ? 0 : undefined);
  const thoughts = raw.thoughtsTokenCount ?? undefined;
  const reasoning = tokenCount(thoughts);
  const output = addCounts(tokenCount(answered), thoughts === undefined ? 0 : reasoning);
  const total = addCounts(prompt, output) ?? tokenCount(raw.totalTokenCount);
  const cached = tokenCount(raw.cachedContentTokenCount);
  if (prompt === undefined && output === undefined) return undefined;
  const inputDetails = inputDetailsOf(raw, cached);
  const outputDetails = {
    ...(reasoning !== undefined && { reasoning_tokens: reasoning }),
    ...kindsOf(raw.candidatesTokensDetails),
  };
  const tier = tierOf(raw);
  const known = {
    ...(prompt !== undefined && { prompt_tokens: prompt }),
    ...(output !== undefined && { completion_tokens: output }),
    ...(total !== undefined && { total_tokens: total }),
    ...(tier !== undefined && { service_tier: tier }),
    ...(hasKeys(inputDetails) && { prompt_tokens_details: inputDetails }),
    ...(hasKeys(outputDetails) && { completion_tokens_details: outputDetails }),
  };
  return known as Completion["usage"];
}

type Counts = NonNullable<GoogleResponse["usageMetadata"]>;

function inputDetailsOf(raw: Counts, cached: number | undefined): object {
  const { audio_tokens: cachedAudio } = kindsOf(raw.cacheTokensDetails);
  return {
    ...(cached !== undefined && { cached_tokens: cached }),
    ...kindsOf(raw.promptTokensDetails),
    ...(cachedAudio !== undefined && { cached_tokens_details: { audio_tokens: cachedAudio } }),
  };
}

/** Returns the counts of sound and images, without those that are 0 or cannot be counts. */
function kindsOf(details: Counts["promptTokensDetails"]): { audio_tokens?: number; image_tokens?: number } {
  if (!Array.isArray(details)) return {};
  let [audio, images] = [0, 0];
  // A list has one entry for each kind.
  for (const one of details.slice(0, 16)) {
    const count = tokenCount(one?.tokenCount) ?? 0;
    if (one?.modality === "AUDIO") audio += count;
    if (one?.modality === "IMAGE") images += count;
  }
  return { ...(audio > 0 && { audio_tokens: audio }), ...(images > 0 && { image_tokens: images }) };
}

/** Returns the class of service; undefined for the standard one. */
function tierOf({ serviceTier, trafficType }: Counts): string | undefined {
  const said = serviceTier ?? trafficType;
  if (typeof said !== "string" || said.length > 40) return undefined;
  const name = said.toLowerCase().replace(/^(?:service_tier_|on_demand_)/, "");
  return name === "on_demand" || name === "standard" || name.endsWith("unspecified") ? undefined : name;
}

function hasKeys(value: object): boolean {
  for (const _ in value) return true;
  return false;
}

/** Returns a provider's constant so that a message may show it; other text is not shown. */
function asCode(value: unknown): string {
  return typeof value === "string" && /^[A-Z_]{1,40}$/.test(value) ? value : "an unknown reason";
}
