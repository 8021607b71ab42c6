import type { Batches } from "../../../contracts/index.ts";

/** Price of a provider's batches, and how large they may be. */
export type BatchLimits = Pick<Batches, "priceShare" | "maxItems" | "maxBytes">;

/** Limits of OpenAI's Batch API. */
export const openaiBatchLimits: BatchLimits = {
  priceShare: 0.5,
  maxItems: 50_000,
  maxBytes: 190_000_000,
};

/** Limits of Anthropic's Message Batches. */
export const anthropicBatchLimits: BatchLimits = {
  priceShare: 0.5,
  maxItems: 100_000,
  maxBytes: 240_000_000,
};
