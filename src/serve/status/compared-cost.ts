import type { EndedAttempt, EndedRequest } from "./ended-request.ts";

/** Cost of a request, and its cost without a router, in US dollars. */
export interface ComparedCost {
  readonly paidUsd: number;
  readonly referenceUsd: number;
}

const answers: ReadonlySet<string> = new Set(["answer", "retry", "fallback", "cascade", "hedge", "repair"]);

/** Largest cost of a request that is compared: a provider that lies must not make a sum useless. */
const mostUsd = 1e6;

/**
 * Estimates the cost of a request at the reference model: the id that is given, else the most expensive of the permitted
 * ones. If that model answered, it is what its call cost. Otherwise what the answering call cost, times the ratio of what
 * both were expected to cost before the call, so that a long answer is long for both. A pinned request, and one that the
 * reference was not permitted for, would have gone the same way. Undefined if a cost is not known.
 */
export function comparedCost(
  { decision, attempts, error }: EndedRequest,
  reference: string | undefined,
): ComparedCost | undefined {
  let paidUsd = 0;
  let answering: EndedAttempt | undefined;
  for (const attempt of attempts) {
    if (attempt.cached !== undefined) return undefined;
    if (!isCost(attempt.costUsd)) return undefined;
    paidUsd += attempt.costUsd;
    if (attempt.error === undefined && answers.has(attempt.hop)) answering = attempt;
  }
  // The reference is taken to have spent nothing on a request that failed.
  if (error !== undefined) return { paidUsd, referenceUsd: 0 };
  if (answering === undefined) return undefined;
  const { candidates, forced } = decision;
  const same = { paidUsd, referenceUsd: paidUsd };
  if (forced) return same;
  let other: (typeof candidates)[number] | undefined;
  for (const one of candidates) {
    if (one.permitted !== true) continue;
    if (
      reference !== undefined
        ? one.model === reference
        : isMore(one.estimatedCostUsd, other?.estimatedCostUsd)
    )
      other = one;
  }
  if (other === undefined) return reference === undefined ? undefined : same;
  const paidForAnswer = answering.costUsd as number;
  if (other.model === answering.model) return { paidUsd, referenceUsd: paidForAnswer };
  const expected = other.estimatedCostUsd;
  if (!isCost(expected)) return undefined;
  const model = answering.model;
  const own = candidates.find((one) => one.model === model)?.estimatedCostUsd;
  const referenceUsd = own !== undefined && own > 0 ? (paidForAnswer * expected) / own : expected;
  return isCost(referenceUsd) ? { paidUsd, referenceUsd } : undefined;
}

function isCost(usd: number | undefined): usd is number {
  return usd !== undefined && usd >= 0 && usd < mostUsd;
}

function isMore(usd: number | undefined, than: number | undefined): boolean {
  return usd !== undefined && (than === undefined || usd > than);
}
