import { type OptionTable, readOptions } from "../../plugin/index.ts";
import type { Guard, GuardEvidence, RatedQuality } from "./guard.ts";
import { type ShareGuardOptions, shareGuardOptions } from "./guard-options.ts";
import { type PairedState, pairedGuard } from "./paired-guard.ts";

export interface QualityGuardOptions extends ShareGuardOptions {
  /**
   * Origin of the verdicts that count: those of one origin are not compared with those of another. `feedback`:
   * `router.feedback`; `judge`: the same with the source `judge`; `audit`: `rollout.add`, where quality is measured
   * against the reference's answer to the same request, which leaves out how hard requests are.
   */
  readonly from: "feedback" | "audit" | "judge";
}

export const qualityOptions: OptionTable<QualityGuardOptions> = {
  ...shareGuardOptions,
  from: { is: "choice", of: ["feedback", "audit", "judge"] },
};

/**
 * Guard on the loss of quality, 1 - the mean quality of a unit's rated answers; from an audit, the mean loss against the
 * reference, in [-1, 1]. Units without a verdict say nothing: the
 * guard assumes that whether an answer is rated does not depend on the arm beyond its quality. Exact. Throws
 * `InvalidOptionError`.
 */
export function quality(options: QualityGuardOptions): Guard<PairedState> {
  const { from, margin, kind } = readOptions("quality", qualityOptions, options);
  const counts = (rated: RatedQuality) =>
    (rated.source === from || rated.source.startsWith(`${from}:`)) && rated.value >= 0 && rated.value <= 1;
  // The values of an audit are (1 + loss) / 2, since bets are on values in [0, 1].
  const isOfAudit = from === "audit";
  const guard = pairedGuard({
    name: `quality:${from}`,
    kind,
    margin: isOfAudit ? margin / 2 : margin,
    marginOf: "difference",
    unit: "quality",
    value(requests) {
      const rated = requests.flatMap(({ ratings = [] }) => ratings).filter(counts);
      const sum = rated.reduce((total, { value }) => total + value, 0);
      return rated.length === 0 ? undefined : 1 - sum / rated.length;
    },
  });
  return isOfAudit ? { ...guard, margin, evidence: (state) => shownAsLoss(guard.evidence(state)) } : guard;
}

/** Shows means and interval of the values (1 + loss) / 2 as those of the loss. */
function shownAsLoss(evidence: GuardEvidence): GuardEvidence {
  const { control, candidate, low, high } = evidence;
  return {
    ...evidence,
    ...(control !== undefined && { control: 2 * control - 1 }),
    ...(candidate !== undefined && { candidate: 2 * candidate - 1 }),
    ...(low !== undefined && { low: 2 * low }),
    ...(high !== undefined && { high: 2 * high }),
  };
}
