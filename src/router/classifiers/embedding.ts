import { type Classifier, InvalidOptionError } from "../../contracts/index.ts";
import { dropPromises, type OptionTable, readOptions } from "../../plugin/index.ts";
import { complexity } from "./complexity.ts";
import { createBatches } from "./embedding/batches.ts";
import { type Embedder, embedderFacts, embedderOptions } from "./embedding/embedder.ts";
import { centred } from "./embedding/heads.ts";
import {
  checkTrainedEmbedding,
  fitShare,
  headOf,
  type TrainedEmbedding,
  trainedVersion,
} from "./embedding/trained-embedding.ts";
import { createMemo, memoKey } from "./memo.ts";
import { rank } from "./rank.ts";
import { readText } from "./read-text.ts";

export interface EmbeddingOptions extends Embedder {
  /** The result of `trainEmbedding`, or its parsed JSON. */
  readonly trained: TrainedEmbedding;
  /** The base classifier of the training; must be synchronous. Default `complexity()`. */
  readonly base?: Classifier | undefined;
  /** Largest number of texts in one call. Default 64. */
  readonly maxBatch?: number | undefined;
  /** Time that a text waits for others to share a call, in milliseconds. Default 2. */
  readonly windowMs?: number | undefined;
  /**
   * Longest call, in milliseconds. Default 800; keep it and `windowMs` below the router's
   * `classifierTimeoutMs` (1,000).
   */
  readonly timeoutMs?: number | undefined;
  /** Largest number of texts that wait or are in a call; more are refused. Default 1,000. */
  readonly maxPending?: number | undefined;
  /** Number of texts whose estimates are cached, by hash and tenant; 0 for none. Default 1,000. */
  readonly maxCached?: number | undefined;
}

type Open = "name" | "price" | "base";

export const embeddingOptions: OptionTable<EmbeddingOptions, Open> = {
  ...embedderOptions,
  trained: { is: "any", expected: "the result of trainEmbedding" },
  base: { is: "object", methods: ["classify"], optional: true },
  maxBatch: { is: "number", min: 1, max: 2_048, integer: true, default: 64 },
  windowMs: { is: "number", min: 0, max: 1_000, integer: true, default: 2 },
  timeoutMs: { is: "duration", integer: true, default: 800 },
  maxPending: { is: "number", min: 1, max: 100_000, integer: true, default: 1_000 },
  maxCached: { is: "number", min: 0, max: 1_000_000, integer: true, default: 1_000 },
};

/**
 * A classifier that learns from your own outcomes through an embedding model: it estimates the quality of
 * each model from the requests nearest to this one, or by a logistic regression (`trainEmbedding`). The
 * gain of the large model is blended with the base classifier, with weight n / (n + 300) after n records;
 * complexity is the rank of the blend among held-out records. `quality` holds the estimate of each model,
 * shrunk towards its mean in the same proportion. Signals: `base` (the base classifier's complexity) and
 * `gain`.
 *
 * The text (the ask; for a short one also the end of the conversation) is sent through the hop:
 * constraints see the embedder's provider, model, labels and price, and a boundary refuses an embedder
 * without labels, even a local function. Each request's share of a call is a separate attempt. Requests
 * at about the same time share one call; the result of one does not depend on the others. In addition to
 * the call, neighbours take about 3 ms for 5,000 records of 768 dimensions; regressions take microseconds.
 *
 * Throws `InvalidOptionError` naming the difference, also for a training with another embedding model or
 * another base classifier. Fails where the call does.
 */
export function embedding(options: EmbeddingOptions): Classifier {
  const read = readOptions("embedding", embeddingOptions, options);
  const { embed, trained, base = complexity(), maxBatch, windowMs, timeoutMs, maxPending } = read;
  const facts = embedderFacts(read);
  checkTrainedEmbedding(trained, facts.name, base);
  const { dimensions } = trained;
  const batches = { embed, name: facts.name, dimensions, maxBatch, windowMs, timeoutMs, maxPending };
  const embedOne = createBatches(batches);
  const memo = createMemo<Float64Array>(read.maxCached);
  const { models, meanQuality, maxCharacters } = trained;
  const center = Float64Array.from(trained.center);
  const gainQuantiles = Float32Array.from(trained.gainQuantiles);
  const quantiles = Float32Array.from(trained.quantiles);
  const estimatesOf = headOf(trained);
  const share = fitShare(trained.records);
  const smallAt = models.indexOf(trained.small);
  const largeAt = models.indexOf(trained.large);

  return {
    name: "embedding",
    version: trainedVersion(trained),
    categories: [],
    async classify(request, hop) {
      const answer = base.classify(request, hop);
      if (answer instanceof Promise) {
        dropPromises(answer);
        throw new InvalidOptionError("embedding.base", base, "a synchronous classifier");
      }
      const { ask, earlier } = readText(request, maxCharacters);
      const text = earlier === "" ? ask : `${earlier}\n${ask}`;
      const key = memoKey(request, text);
      let estimates = text.trim() === "" ? Float64Array.from(meanQuality) : await memo.read(key);
      if (estimates === undefined) {
        const vector = await hop.call(facts, text, (signal) => embedOne(text, signal));
        estimates = estimatesOf(centred(vector, center));
        memo.write(key, estimates);
      }
      const gain = (estimates[largeAt] as number) - (estimates[smallAt] as number);
      const score = (1 - share) * answer.complexity + share * rank(gain, gainQuantiles);
      const quality = models.map((model, index) => {
        const mean = meanQuality[index] as number;
        return [model, mean + share * ((estimates[index] as number) - mean)] as const;
      });
      return {
        complexity: rank(score, quantiles),
        quality: Object.fromEntries(quality),
        signals: { base: answer.complexity, gain },
      };
    },
  };
}
