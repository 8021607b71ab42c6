import { clampLog } from "./token-ratio.ts";

/**
 * Means that all tenants of a model have in common, as logarithms. No tenant can move it far: the steps that one
 * tenant causes shrink with the square of its calls, and each is bounded. Many tenants move it to where
 * they are.
 */
export interface SharedMean {
  /** Logarithm of the usual output over the default expectation. */
  logOutput: number;
  /** Logarithm of returned over estimated input tokens. */
  logRatio: number;
}

/** Part of the way that the first call of a tenant moves the shared mean. */
const gain = 0.1;
/** Longest way, as a logarithm, that counts. The calls of one tenant together make a factor of 1.15. */
const longest = 0.8;

/** Number of calls after which a tenant no longer moves anything. */
export const lastVote = 1_000;

/** Moves a shared logarithm towards that of a tenant with this number of calls before this one. */
export function vote(shared: number, tenants: number, calls: number): number {
  const way = Math.max(-longest, Math.min(longest, tenants - shared));
  return clampLog(shared + (gain * way) / (1 + calls) ** 2);
}
