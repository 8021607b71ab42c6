import { scoreDrift } from "../drift/score-drift.ts";
import type { CheckResult, GateContext } from "./gate-check.ts";

/** Whether the fresh records score as the tuning records did. Cases without a classification have no score. */
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
  const { verdict: _, ...figures } = drift;
  const of = (gateVerdict: CheckResult["verdict"], sentence: string): CheckResult => ({
    name: "score-distribution",
    verdict: gateVerdict,
    sentence,
    figures,
  });
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
