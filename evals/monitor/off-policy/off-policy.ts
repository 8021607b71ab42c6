import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { meanWeightPValue } from "../../../src/loop/statistics/index.ts";
import { type OptionTable, readOption, readOptions } from "../../../src/plugin/index.ts";
import type { LoggedDecision } from "../../data/decisions/join-feedback.ts";
import { checkCoverage } from "./check-coverage.ts";
import type { OffPolicyReport } from "./off-policy-report.ts";
import { overlapByPlan, overlapByStratum, overlapOf } from "./overlap.ts";
import { type OffPolicyTarget, readRows } from "./read-rows.ts";
import { rewardReporter } from "./reward-report.ts";
import { uncoveredShares } from "./uncovered.ts";
import { type OffPolicyUnit, unitsOfRows } from "./units-of-rows.ts";
import { unlikely, warningsOf } from "./warnings-of.ts";

export interface OffPolicyOptions {
  /** Name of the log in errors. Default `log`. */
  readonly file?: string | undefined;
  /** Independent observation. Default `session`. */
  readonly unit?: OffPolicyUnit | undefined;
  /** Number of folds of cross-fitting, at least 2. Default 5. */
  readonly folds?: number | undefined;
  /** Limit of the weights in `clippedIps` and its lower bound. Default: the square root of the rows. */
  readonly clip?: number | undefined;
  /**
   * Share of the target's probability that may be on plans without probability in the log, in [0, 1]. A
   * larger one is refused. Default 0.01.
   */
  readonly maxUncovered?: number | undefined;
  /** Number of resamples of the bootstrap by unit. Default 1,000. */
  readonly resamples?: number | undefined;
  /** Seed of folds and resamples. Default 1. */
  readonly seed?: number | undefined;
  /** Confidence of the intervals, in [0.5, 1). Default 0.95. */
  readonly confidence?: number | undefined;
  /** Classifier of the target as `name@version`: a warning says if the log's is another one. */
  readonly classifier?: string | undefined;
}

export const offPolicyOptions: OptionTable<OffPolicyOptions, "clip" | "classifier"> = {
  file: { is: "text", default: "log" },
  unit: {
    is: "choice",
    of: ["session", "tenant", "decision"],
    default: "session",
    expected: "session, tenant or decision",
  },
  folds: { is: "number", min: 2, max: 100, integer: true, default: 5 },
  clip: { is: "number", above: 0, optional: true },
  maxUncovered: { is: "share", default: 0.01 },
  resamples: { is: "number", min: 1, max: 1_000_000, integer: true, default: 1_000 },
  seed: { is: "number", min: 0, max: 0xffff_ffff, integer: true, default: 1 },
  confidence: { is: "number", min: 0.5, below: 1, default: 0.95 },
  classifier: { is: "text", optional: true },
};

/**
 * Estimates the effect of another policy on logged traffic: the quality of its decisions (plans) and the cost
 * of all their attempts, from decisions with propensities and feedback. No model is called. The target is
 * replayed on what each decision recorded: facts, classification, permitted models, session, spend; so it
 * decides in the states that the logged policy led to. Pins are left out.
 *
 * Throws `InvalidOptionError` if the log cannot show the effect, for lack of exploration, and says how to get
 * one that can; `PolicyError` as the router does; `OutcomeFormatError` for a line that cannot be replayed.
 */
export async function offPolicy<Id extends string>(
  log: Iterable<LoggedDecision> | AsyncIterable<LoggedDecision>,
  target: OffPolicyTarget<Id>,
  options: OffPolicyOptions = {},
): Promise<OffPolicyReport> {
  const given = readOptions("offPolicy", offPolicyOptions, options, "");
  const { file, unit, folds, maxUncovered, resamples, seed, confidence, classifier } = given;
  readOption({ is: "object", methods: ["select"] }, "policy", target.policy);

  const { rows, forced } = await readRows(log, target, file);
  if (rows.length === 0)
    throw new OutcomeFormatError(
      file,
      0,
      "file",
      forced === 0 ? "holds no decisions" : `holds only pins (${forced}), which say nothing about a policy`,
    );
  const { clip = Math.sqrt(rows.length) } = given;

  const units = unitsOfRows(rows, unit);
  const weights = Float64Array.from(
    rows,
    ({ target: plans, logged, propensity }) => (plans.get(logged) ?? 0) / propensity,
  );
  const uncovered = uncoveredShares(rows);
  checkCoverage({ rows, weights, uncovered, units }, file, maxUncovered);

  const overlap = {
    ...overlapOf(weights, uncovered),
    meanWeightPValue: await meanWeightPValue(weights, units),
  };
  const rewardOf = rewardReporter(rows, weights, units, {
    clip,
    folds,
    maxUncovered,
    uncovered: overlap.uncovered,
    trusted: overlap.meanWeightPValue >= unlikely,
    confidence,
    resamples,
    seed,
  });
  const report: Omit<OffPolicyReport, "warnings"> = {
    policy: target.policy.name,
    loggedPolicies: [...new Set(rows.map(({ decision }) => decision.policy.name))],
    rows: rows.length,
    forced,
    rated: rows.filter(({ rated }) => rated).length,
    failed: rows.filter(({ failed }) => failed).length,
    units: units.reduce((most, one) => Math.max(most, one + 1), 0),
    confidence,
    overlap,
    plans: overlapByPlan(rows, weights),
    strata: overlapByStratum(rows, weights, uncovered),
    quality: await rewardOf({
      values: rows.map(({ quality }) => quality),
      isCertain: (row) => rows[row]?.failed === true && !rows[row].rated,
      largest: 1,
    }),
    costUsd: await rewardOf({ values: rows.map(({ costUsd }) => costUsd) }),
  };
  return { ...report, warnings: warningsOf(report, rows, classifier) };
}
