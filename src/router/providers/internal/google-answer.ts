import {
  type Completion,
  type CompletionChunk,
  type CompletionMessage,
  ProviderError,
} from "../../../contracts/index.ts";
import { withNativeFailure } from "../../../plugin/native-failure.ts";
import { nodeCrypto } from "../../../plugin/node-crypto.ts";
import { type ErrorContext, hidden, statusError } from "./google-errors.ts";
import { isBilledByQuery } from "./google-family.ts";
import { asCode, finishOf } from "./google-finish.ts";
import { googleParts, type PartReader, type SignedCall } from "./google-parts.ts";
import { type SoundFormat, spokenAnswer } from "./google-sound.ts";
import { googleSources, searchesOf } from "./google-sources.ts";
import { addedCounts, googleUsage } from "./google-usage.ts";
import {
  firstCandidate,
  type GoogleCandidate,
  type GoogleCounts,
  type GoogleResponse,
  type GoogleStatus,
  isJsonObject,
  type JsonObject,
} from "./google-wire.ts";
import { keepingText } from "./incomplete.ts";
import type { Provenance } from "./provenance.ts";

export interface AnswerContext extends ErrorContext {
  /** Used if the answer names no model version. */
  readonly model: string;
  /** See `writerOf`. */
  readonly writer: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** See `writerOf`. Present if the request went as its sender wrote it. */
  readonly nativeWriter?: string | undefined;
  /** Form of sound. Default `wav`. */
  readonly sound?: SoundFormat | undefined;
}

type Delta = CompletionChunk["choices"][number]["delta"];

/** Translates a whole answer. Throws `ProviderError` if it is blocked, cut off or unreadable. */
export function toCompletion(raw: unknown, context: AnswerContext): Completion {
  const response = readResponse(raw, context);
  const candidate = firstCandidate(response);
  const reader = googleParts();
  const { text, thoughts, calls: whole, images } = reader.add(candidate?.content?.parts);
  const calls = [...whole, ...reader.end()];
  const facts = factsOf(reader, candidate, context);
  const isEmpty = reader.isEmpty();
  const usage = googleUsage(response.usageMetadata, { isEmpty, searches: searches(candidate, context) });
  const finish = keepingText(text, usage, () =>
    finishOf(candidate?.finishReason, { calls: calls.length > 0, reader, context }),
  );
  const isOwn = thoughts !== "" || facts.provider_parts !== undefined || areSigned(calls);
  return {
    id: textOr(response.responseId, () => nodeCrypto().randomUUID()),
    object: "chat.completion",
    created: context.created,
    model: textOr(response.modelVersion, () => context.model),
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: text === "" && calls.length > 0 ? null : text,
          refusal: null,
          ...(calls.length > 0 && { tool_calls: calls }),
          ...(thoughts !== "" && { reasoning_content: thoughts }),
          ...(images.length > 0 && { images: [...images] }),
          ...facts,
          ...(isOwn && { written_by: context.writer }),
        },
        ...finish,
        logprobs: null,
      },
    ],
    ...(usage && { usage }),
  };
}

/**
 * Translates a stream to chunks: content as it arrives, then what is known at the end alone, one chunk with the finish
 * reason, and one with the usage. Throws `ProviderError` as `toCompletion` does, also in mid-stream.
 */
export async function* toChunks(
  responses: AsyncIterable<unknown>,
  context: AnswerContext,
): AsyncGenerator<CompletionChunk> {
  let head = { id: "", created: context.created, model: context.model };
  let counts: GoogleCounts | undefined;
  let callCount = 0;
  let isSigned = false;
  let isBegun = false;
  const reader = googleParts();
  let last: GoogleCandidate | undefined;
  /** Names the writer once. */
  const by = (isOwn: boolean): Provenance => {
    if (isSigned || !isOwn) return {};
    isSigned = true;
    return { written_by: context.writer };
  };
  const called = (calls: readonly SignedCall[]): Delta[] => {
    if (calls.length === 0) return [];
    const tool_calls = calls.map((call, index) => ({ index: callCount + index, ...call }));
    callCount += calls.length;
    return [{ tool_calls, ...by(areSigned(calls)) } as Delta];
  };
  /** A role comes before all else, and not before there is anything: it would pass for an answer that has begun. */
  const chunksOf = (deltas: readonly Delta[]): CompletionChunk[] => {
    if (deltas.length === 0) return [];
    const role: Delta[] = isBegun ? [] : [{ role: "assistant", content: "" }];
    isBegun = true;
    return [...role, ...deltas].map((delta) => toChunk(head, delta));
  };

  for await (const raw of responses) {
    // Nothing was said by it.
    if (!isJsonObject(raw)) continue;
    const response = readResponse(raw, context);
    if (head.id === "") {
      head = {
        ...head,
        id: textOr(response.responseId, () => nodeCrypto().randomUUID()),
        model: textOr(response.modelVersion, () => context.model),
      };
    }
    const candidate = firstCandidate(response);
    const added = reader.add(candidate?.content?.parts);
    const deltas: Delta[] = [];
    if (added.thoughts !== "") deltas.push({ reasoning_content: added.thoughts, ...by(true) });
    if (added.text !== "") deltas.push({ content: added.text });
    if (added.images.length > 0) deltas.push({ images: [...added.images] });
    deltas.push(...called(added.calls));
    last = candidate === undefined ? last : { ...last, ...present(candidate) };
    counts = addedCounts(counts, response.usageMetadata, !added.isEmpty);
    yield* chunksOf(deltas);
  }

  const deltas = called(reader.end());
  const facts = factsOf(reader, last, context);
  const finish = finishOf(last?.finishReason, { calls: callCount > 0, reader, context });
  const more = { ...facts, ...by(facts.provider_parts !== undefined) };
  if (hasKeys(more)) deltas.push(more as Delta);
  const ending = chunksOf([...deltas, {}]);
  yield* ending.slice(0, -1);
  yield { ...toChunk(head, {}), choices: [{ index: 0, delta: {}, ...finish }] };
  const usage = googleUsage(counts, {
    isEmpty: reader.isEmpty(),
    searches: searches(last, context),
  });
  if (usage) yield { ...head, object: "chat.completion.chunk", choices: [], usage };
}

/** The error that a stream ends with. Of a request that went as its sender wrote it, it keeps the text. */
function failureIn(error: GoogleStatus, context: AnswerContext): ProviderError {
  const failed = statusError(error, context);
  const { nativeWriter: writer } = context;
  if (writer === undefined) return failed;
  const text = hidden(JSON.stringify({ error }), context);
  return withNativeFailure(failed, { protocol: "generateContent", writer, text });
}

type Facts = Pick<CompletionMessage, "annotations" | "audio" | "provider_parts" | "provider_metadata">;

/** Returns what is known once all parts are there. */
function factsOf(
  reader: PartReader,
  candidate: GoogleCandidate | undefined,
  { created, sound: format }: AnswerContext,
): Facts {
  const grounding = candidate?.groundingMetadata;
  const annotations = grounding === undefined ? [] : googleSources(grounding, reader.text());
  const parts = reader.kept();
  const sound = reader.sound();
  const metadata: JsonObject = {};
  for (const field of metadataFields) {
    const value = candidate?.[field];
    if (typeof value === "object" && value !== null && hasKeys(value)) metadata[field] = value;
  }
  return {
    ...(annotations.length > 0 && { annotations: [...annotations] }),
    ...(sound && { audio: spokenAnswer(sound, format, created) }),
    ...(parts && { provider_parts: parts }),
    ...(hasKeys(metadata) && { provider_metadata: metadata }),
  };
}

const metadataFields = [
  "groundingMetadata",
  "urlContextMetadata",
  "citationMetadata",
  "safetyRatings",
] as const;

function searches(candidate: GoogleCandidate | undefined, { model }: AnswerContext): number {
  return searchesOf(candidate?.groundingMetadata, isBilledByQuery(model));
}

function areSigned(calls: readonly SignedCall[]): boolean {
  return calls.some((call) => call.extra_content !== undefined);
}

/** Returns the fields that say something: a later piece of a stream may have an empty one. */
function present(candidate: GoogleCandidate): GoogleCandidate {
  return Object.fromEntries(
    Object.entries(candidate).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  ) as GoogleCandidate;
}

function toChunk(head: { id: string; created: number; model: string }, delta: Delta): CompletionChunk {
  return { ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: null }] };
}

function readResponse(raw: unknown, context: AnswerContext): GoogleResponse {
  const { name: model } = context;
  if (!isJsonObject(raw)) {
    throw new ProviderError({ kind: "incomplete", model, summary: "the answer is not a JSON object" });
  }
  const response = raw as GoogleResponse;
  if (response.error) throw failureIn(response.error, context);
  const { blockReason, blockReasonMessage } = response.promptFeedback ?? {};
  if (blockReason && !response.candidates?.length) {
    throw new ProviderError({
      kind: "content-filter",
      model,
      summary: `the prompt was blocked (${asCode(blockReason)})`,
      detail: typeof blockReasonMessage === "string" ? blockReasonMessage : undefined,
    });
  }
  return response;
}

/** Returns a text of the server, or another one where it sent none. */
function textOr(given: unknown, other: () => string): string {
  return typeof given === "string" && given !== "" ? given : other();
}

function hasKeys(value: object): boolean {
  for (const _ in value) return true;
  return false;
}
