import { scoreDrift } from "../../../src/loop/statistics/index.ts";
import { percent } from "./describe-evidence.ts";
import type { CheckResult, GateContext } from "./gate-check.ts";

/** Increase in the share of records without a score that counts as drift. */
const unclassifiedLimit = 0.1;

/**
 * Checks if the fresh records score as the tuning records did: by `scoreDrift`, and by the share of records
 * that could not be classified and so have no score.
 */
export function scoreDistribution({
  tuning,
  fresh,
  units,
}: Pick<GateContext, "tuning" | "fresh" | "units">): CheckResult {
  const scored = fresh.cases.flatMap(({ context }, index) => {
    const score = context.classification?.complexity;
    return score === undefined ? [] : [{ score, unit: units[index] as number }];
  });
  const drift = scoreDrift(
    scored.map(({ score }) => score),
    { quantiles: tuning.quantiles, scores: tuning.certificate.units },
    { units: scored.map(({ unit }) => unit) },
  );
  const { verdict, psi, ks, effectiveScores, referenceScores, minScores } = drift;
  const measured = `PSI ${psi.value.toFixed(3)}, limit ${psi.limit.toFixed(3)}; KS distance ${ks.distance.toFixed(3)}, p ${showP(ks.pValue)}`;
  const unclassified = 1 - scored.length / Math.max(1, fresh.cases.length);
  const unclassifiedBefore = tuning.certificate.unclassified / Math.max(1, tuning.certificate.records);
  const { verdict: _, ...measures } = drift;
  const figures = { ...measures, unclassified, unclassifiedBefore };
  const of = (gateVerdict: CheckResult["verdict"], sentence: string): CheckResult => ({
    name: "score-distribution",
    verdict: gateVerdict,
    sentence,
    figures,
  });
  if (fresh.cases.length >= minScores && unclassified - unclassifiedBefore >= unclassifiedLimit) {
    const shares = `${percent(unclassified)} of the records could not be classified, ${percent(unclassifiedBefore)} of those tuned on`;
    return of("failed", `${shares}: they go to the large model`);
  }
  switch (verdict) {
    case "stable":
      return of("passed", `requests score as the tuning records did (${measured})`);
    case "drifted":
      return of("failed", `requests no longer score as the tuning records did (${measured}): tune again`);
    default:
      return of(
        "not-judged",
        `not enough records to tell whether scores have drifted: ${Math.floor(effectiveScores)} independent fresh ones ` +
          `and ${Math.floor(referenceScores)} in the tuning file, ${minScores} of each are needed`,
      );
  }
}

function showP(pValue: number): string {
  return pValue < 0.0001 ? "below 0.0001" : pValue.toFixed(4);
}
