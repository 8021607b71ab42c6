import type { FinishedRequest, GuardEvidence } from "./guard.ts";

/** Stands for the cost of a unit with a request whose price is not known: costs are never below 0. */
export const unknownCost = -1;

/** Largest share of units with an unknown cost with which the others are compared. */
const mostUnknown = 0.01;

/** Cost of a unit in US dollars; `unknownCost` if that of one of its requests is not known. */
export function unitCost(requests: readonly FinishedRequest[]): number | undefined {
  if (requests.length === 0) return undefined;
  let sum = 0;
  for (const { costUsd = Number.NaN } of requests) sum += costUsd >= 0 ? costUsd : Number.NaN;
  return Number.isFinite(sum) ? sum : unknownCost;
}

/**
 * Returns evidence, or none where too many units have an unknown cost: the rest could look cheap while the expensive ones
 * are those without a price.
 */
export function knownEvidence(evidence: GuardEvidence, unknown: number, known: number): GuardEvidence {
  if (unknown === 0) return evidence;
  const unknownShare = unknown / (unknown + known);
  return unknownShare <= mostUnknown
    ? { ...evidence, unknownShare }
    : { ...evidence, unknownShare, harm: 1, safe: 0 };
}
