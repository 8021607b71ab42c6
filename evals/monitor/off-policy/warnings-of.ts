import { showPercent } from "../../../src/plugin/show-percent.ts";
import type { OffPolicyReport, RewardReport } from "./off-policy-report.ts";
import type { LoggedRow } from "./read-rows.ts";
import { isEnough } from "./weight-evidence.ts";

const fewRows = 100;
const fewRowsOfPart = 20;
/** Share of the requests below which plans and strata are not mentioned. */
const smallShare = 0.02;
/** P-value of the mean weight below which nothing that rests on the propensities holds. */
export const unlikely = 0.01;

/** Lists the reasons to doubt the estimates: overlap, propensities, missing rewards, other versions. */
export function warningsOf(
  report: Omit<OffPolicyReport, "warnings">,
  rows: readonly LoggedRow[],
  classifier: string | undefined,
): string[] {
  return [
    ...weightWarnings(report),
    ...partWarnings(report),
    ...rewardWarnings(report),
    ...versionWarnings(rows, classifier),
  ];
}

function weightWarnings({ overlap, rows }: Omit<OffPolicyReport, "warnings">): string[] {
  const { effectiveSampleSize, meanWeight, meanWeightPValue, maxWeight, uncovered } = overlap;
  const warnings: string[] = [];
  if (effectiveSampleSize < fewRows)
    warnings.push(
      `effective sample size ${effectiveSampleSize.toFixed(0)} of ${rows} rows: little is known of the target below ${fewRows}; explore more, or longer`,
    );
  if (meanWeightPValue < unlikely)
    warnings.push(
      `mean weight ${meanWeight.toFixed(3)} where 1 is expected (p = ${meanWeightPValue.toPrecision(2)}): propensities are wrong, or the target takes plans that the log could not; no interval and no bound of the target holds then, and none is given`,
    );
  if (maxWeight > 0.1 * rows * meanWeight && rows > 1)
    warnings.push(`one row has ${showPercent(maxWeight / (rows * meanWeight))} of all weight`);
  if (uncovered > 0)
    warnings.push(
      `at least ${showPercent(uncovered)} of what the target would do has probability 0 in the log: IPS counts it as a reward of 0, the others as like the rest`,
    );
  return warnings;
}

function partWarnings({ plans, strata, rows }: Omit<OffPolicyReport, "warnings">): string[] {
  const thin = plans
    .filter((one) => one.targetShare >= smallShare && one.effectiveSampleSize < fewRowsOfPart)
    .map(
      ({ plan, targetShare, effectiveSampleSize }) =>
        `${showPercent(targetShare)} of the target goes to "${plan}", which the log knows from an effective ${effectiveSampleSize.toFixed(1)} rows`,
    );
  const weak = strata
    .filter((one) => one.rows >= smallShare * rows && one.rows >= fewRowsOfPart)
    .filter((one) => one.effectiveSampleSize < Math.min(fewRowsOfPart, one.rows / 10))
    .map(
      ({ stratum, rows: own, effectiveSampleSize }) =>
        `little overlap at ${stratum}: an effective ${effectiveSampleSize.toFixed(1)} of ${own} rows`,
    );
  return [...thin, ...weak];
}

function rewardWarnings({ rows, rated, quality, costUsd }: Omit<OffPolicyReport, "warnings">): string[] {
  const warnings: string[] = [];
  const missing = (name: string, reward: RewardReport | undefined, source: string) => {
    if (reward === undefined)
      warnings.push(`${name} is n/a: ${source} is missing for plans that the target takes`);
    else if (reward.known < rows)
      warnings.push(
        `${name} rests on ${reward.known} of ${rows} rows (${showPercent(reward.known / rows)}): taken to be missing at random among the rows of a plan, which cannot be checked`,
      );
  };
  warnings.push(...intervalWarnings("quality", quality), ...intervalWarnings("cost", costUsd));
  missing("quality", quality, rated === 0 ? "feedback is missing for every decision, or" : "feedback");
  missing("cost", costUsd, "the cost of attempts");
  return warnings;
}

/** Says why a reward has bounds, or nothing, in place of Student's interval. */
function intervalWarnings(name: string, reward: RewardReport | undefined): string[] {
  if (reward === undefined) return [];
  const { dr } = reward.estimates;
  if (dr.low !== undefined && dr.holds === undefined) return [];
  const { rows, failures, successes } = reward.evidence;
  const events = `, ${failures.toFixed(0)} bad and ${successes.toFixed(0)} good answers`;
  const rests = `the error of ${name} rests on ${rows.toFixed(0)} heavy rows${name === "quality" ? events : ""}`;
  if (dr.holds === "always")
    return [
      `${rests}: its intervals are bounds that hold whatever the distribution, wider than Student's would be`,
    ];
  return isEnough(reward.evidence, name === "quality") ? [] : [`${rests}, too few for an interval`];
}

function versionWarnings(rows: readonly LoggedRow[], classifier: string | undefined): string[] {
  const versions = new Set(
    rows.map(({ decision }) => decision.versions.classifier).filter((version) => version !== "none"),
  );
  if (classifier !== undefined && classifier !== "none") versions.add(classifier);
  if (versions.size < 2) return [];
  return [
    `the target is asked with the recorded classifications, but there are several classifiers: ${[...versions].slice(0, 5).join(", ")}`,
  ];
}
