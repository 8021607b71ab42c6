import { InvalidOptionError, type Model, type ProviderOptions } from "../../../contracts/index.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import {
  callSignal,
  factsOf,
  modelOptions,
  readProviderOptions,
} from "../../../router/providers/internal/inner.ts";
import { callOfRequest } from "./call-of-request.ts";
import { chunksOfParts } from "./chunks-of-parts.ts";
import { completionOfResult } from "./completion-of-result.ts";
import type { AnswerHead } from "./foreign-answer.ts";
import { providerFailure } from "./provider-failure.ts";

/** A language model of the AI SDK, of specification V2 to V4: the parts that are used here. */
export interface ForeignModel {
  readonly specificationVersion: "v2" | "v3" | "v4";
  readonly provider: string;
  readonly modelId: string;
  // Any options: the versions differ, and what is sent is built for the one that the model has.
  doGenerate(options: never): PromiseLike<object>;
  doStream(options: never): PromiseLike<{ readonly stream: ReadableStream<unknown> }>;
}

type OptionKey =
  | "defaults"
  | "labels"
  | "price"
  | "contextWindow"
  | "maxOutputTokens"
  | "capabilities"
  | "assumeCapabilities"
  | "name"
  | "strictParameters";

/** Facts and defaults of the model, as every provider of this package takes them. */
export type FromAiSdkOptions = Pick<ProviderOptions, OptionKey>;

/**
 * Makes any language model of the AI SDK a model of a router: `fromAiSdk(bedrock("…"))`. Keys and addresses are given to
 * the SDK's provider. `provider` of the facts is its name up to the first dot (`openai.responses` is `openai`), so that
 * known prices apply. `defaults.extraBody` goes to `providerOptions` under that name. Reasoning with its signatures
 * goes back to this model alone. The provider must not retry by itself; the SDK's own do not.
 *
 * Throws `InvalidOptionError`.
 */
export function fromAiSdk(model: ForeignModel, given: FromAiSdkOptions = {}): Model {
  const isModel =
    typeof model === "object" &&
    model !== null &&
    ["v2", "v3", "v4"].includes(model.specificationVersion) &&
    typeof model.provider === "string" &&
    typeof model.doGenerate === "function" &&
    typeof model.doStream === "function";
  if (!isModel)
    throw new InvalidOptionError("fromAiSdk.model", model, "a language model of specification v2, v3 or v4");
  const options = readProviderOptions("fromAiSdk", modelOptions, model.modelId, given);
  const key = model.provider.split(".")[0] || "ai-sdk";
  const facts = factsOf(key, model.modelId, options);
  const { name } = facts;
  const version = model.specificationVersion;
  // Not the name that our own provider of the same model has: signatures have another form.
  const writer = `ai-sdk.${model.provider}:${model.modelId}`;
  const target = {
    name,
    writer,
    key,
    version,
    tagsFiles: version === "v4",
    defaults: options.defaults,
    strictParameters: options.strictParameters,
  };
  const head = (): AnswerHead => ({
    id: globalThis.crypto.randomUUID(),
    created: Math.floor(Date.now() / 1_000),
    model: model.modelId,
  });

  return {
    ...facts,
    ...(options.defaults !== undefined && { defaults: options.defaults }),

    async generate(request, { signal, onDropped }) {
      signal.throwIfAborted();
      const call = callSignal(signal);
      try {
        const settings = callOfRequest(request, target, call.signal, onDropped);
        const answer = Promise.resolve(model.doGenerate(settings as never));
        const result = await settleWithin(answer, { signal });
        call.end(true);
        return completionOfResult(result, { name, writer, head: head() });
      } catch (error) {
        call.end();
        signal.throwIfAborted();
        throw providerFailure(error, name);
      }
    },

    async *stream(request, { signal, onDropped }) {
      signal.throwIfAborted();
      const call = callSignal(signal);
      let isWhole = false;
      try {
        const settings = callOfRequest(request, target, call.signal, onDropped);
        const answer = Promise.resolve(model.doStream(settings as never));
        const { stream } = await settleWithin(answer, { signal });
        yield* chunksOfParts(partsOf(stream, signal), { name, writer, head: head() });
        isWhole = true;
      } catch (error) {
        signal.throwIfAborted();
        throw providerFailure(error, name);
      } finally {
        // Also for a reader that leaves: nothing outlives the call.
        call.end(isWhole);
      }
    },
  };
}

/** Reads a stream to its end, and cancels it when the reader leaves or the signal fires. */
async function* partsOf(stream: ReadableStream<unknown>, signal: AbortSignal): AsyncGenerator<unknown> {
  const reader = stream.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await settleWithin(reader.read(), { signal });
      isDone = done;
      if (done) return;
      yield value;
    }
  } finally {
    // A provider may take its time to cancel, which is not waited for.
    if (!isDone) reader.cancel().catch(() => {});
  }
}
