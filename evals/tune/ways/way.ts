import type { PolicyDescription } from "../../../src/contracts/index.ts";
import type { Estimate } from "../../../src/loop/statistics/bootstrap.ts";

/**
 * Way of routing between a small and a large model. `threshold`: by complexity. `logprob`: a cascade that accepts
 * answers that the small model was sure of. `agree`: a cascade that accepts answers that another small model
 * agrees with. `both`: a cascade by the two, of which either or both must accept. `sufficient`: a cascade by
 * a check fitted on other records. Cascades may leave the small model out where complexity is high.
 */
export type Way = "threshold" | "logprob" | "agree" | "both" | "sufficient";

export const WAYS: readonly Way[] = ["threshold", "logprob", "agree", "both", "sufficient"];

/** A cascade that leaves the small model out where it is expected to fail. */
export interface Skipping {
  readonly policy: PolicyDescription;
  /** Share of requests that begin with the large model, in [0, 1]. */
  readonly skipped: number;
  /** Mean latency of a request in milliseconds, of the cascade without and with skipping. */
  readonly latencyMs: { readonly without: number; readonly with: number };
  /** Mean cost of a request in US dollars. Absent if costs are not known. */
  readonly costUsd?: { readonly without: number; readonly with: number } | undefined;
}

/** Result of one of the ways that were compared. Plain JSON. */
export interface WayResult {
  readonly way: Way;
  /** Reason why nothing of this way was certified, or why it could not be tried. */
  readonly problem?: string | undefined;
  /** Cheapest policy that was certified, over names of models. */
  readonly policy?: PolicyDescription | undefined;
  readonly loss?: number | undefined;
  readonly pValue?: number | undefined;
  readonly largeCallRate?: number | undefined;
  readonly saving?: Estimate | undefined;
  /** Mean cost of a request in US dollars, and mean time of its calls, one after the other. */
  readonly costUsd?: number | undefined;
  readonly latencyMs?: number | undefined;
  /** The fastest certified policy that skips and costs at most 1 % of always-large's cost more. */
  readonly skipping?: Skipping | undefined;
}

/** Comparison of several ways on the same records, each tested at the same share of the level. */
export interface WayComparison {
  /** Maximum loss, and the confidence of all statements together. */
  readonly maxLoss: number;
  readonly confidence: number;
  /** Level of each way, `(1 - confidence) / ways`. */
  readonly level: number;
  readonly results: readonly WayResult[];
  readonly recommended: Way;
  /**
   * Cost of the cheapest way less that of the one it was compared with last, as a share of always-large's, with
   * its interval. If the recommended one is the simpler of the two, `than` is the cheapest one.
   */
  readonly cheaper?: { readonly than: Way; readonly by: Estimate } | undefined;
  /** The recommendation in one sentence. */
  readonly sentence: string;
  /** Mean latency of always-large in milliseconds. */
  readonly latencyMs?: number | undefined;
  /** Records whose small model's answer lacks what a check reads: there it does not accept. */
  readonly lacking: Readonly<Record<string, number>>;
}
