import type { Policy } from "../../src/contracts/index.ts";
import type { Outcome } from "../outcomes/outcome-record.ts";
import { replayPolicy } from "../replay/replay.ts";
import type { ReplayCase, ReplayCases } from "../replay/replay-cases.ts";
import type { Guarantee } from "../tune/certificate.ts";

/**
 * What each case loses against the large model, in exact expectation. `mean`: its quality less that of the
 * routed answer, in [-1, 1]. `regressions`: the probability that the routed answer is worse, in [0, 1].
 */
export function freshLosses(
  cases: ReplayCases<string>,
  policy: Policy<string>,
  large: string,
  guarantee: Guarantee,
): Float64Array {
  const qualityOfLarge = (one: ReplayCase<string>): number => (one.outcomes.get(large) as Outcome).quality;
  if (guarantee === "mean") {
    const routed = replayPolicy(cases, policy).byRecord.quality;
    return routed.map((quality, index) => qualityOfLarge(cases.cases[index] as ReplayCase<string>) - quality);
  }
  // Replayed with 1 for an answer that is as good as the large model's, and 0 for one that is worse.
  const graded = cases.cases.map((one) => {
    const best = qualityOfLarge(one);
    const outcomes = [...one.outcomes].map(
      ([name, outcome]) => [name, { ...outcome, quality: outcome.quality < best ? 0 : 1 }] as const,
    );
    return { ...one, outcomes: new Map(outcomes) };
  });
  return replayPolicy({ ...cases, cases: graded }, policy).byRecord.quality.map((kept) => 1 - kept);
}
