/** Speeds and sizes of a simulated engine. Times in milliseconds of the engine's own time. */
export interface EngineProfile {
  /** Prompt tokens that are computed per second, at least 1. */
  readonly prefillTokensPerSecond: number;
  /** Prompt tokens that one step computes alongside the tokens of the answers (chunked prefill). Default 2,048. */
  readonly prefillChunkTokens?: number | undefined;
  /** Time of one step: each sequence gets one token. */
  readonly stepMs: number;
  /** Time that a step takes longer for each 1,000 tokens of context of all sequences. Default 0. */
  readonly stepMsPer1000ContextTokens?: number | undefined;
  /** Sequences at a time. Further ones wait. */
  readonly slots: number;
  /** Tokens that the KV cache holds, those of running sequences and of remembered prefixes together. */
  readonly kvTokens: number;
  /** Longest prompt and answer together, in tokens. Default: `kvTokens`. */
  readonly maxModelLen?: number | undefined;
  /** Waiting and running requests from which a further one is rejected with 503. Default: none is. */
  readonly maxQueuedRequests?: number | undefined;
}

/** A profile of a small engine, for tests: four slots, and an answer of 20 tokens takes about 0.1 s. */
export const smallProfile: EngineProfile = {
  prefillTokensPerSecond: 20_000,
  stepMs: 5,
  slots: 4,
  kvTokens: 16_384,
  maxModelLen: 4_096,
};
