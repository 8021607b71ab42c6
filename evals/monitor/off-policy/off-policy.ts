import { InvalidOptionError, OutcomeFormatError } from "../../../src/contracts/index.ts";
import { checkMethods, checkNumber } from "../../../src/plugin/index.ts";
import { meanWeightPValue } from "../../../src/statistics/mean-weight-p-value.ts";
import type { LoggedDecision } from "../../data/decisions/join-feedback.ts";
import { checkCoverage } from "./check-coverage.ts";
import type { OffPolicyReport } from "./off-policy-report.ts";
import { overlapByPlan, overlapByStratum, overlapOf } from "./overlap.ts";
import { type OffPolicyTarget, readRows } from "./read-rows.ts";
import { rewardReporter } from "./reward-report.ts";
import { uncoveredShares } from "./uncovered.ts";
import { type OffPolicyUnit, unitsOfRows } from "./units-of-rows.ts";
import { warningsOf } from "./warnings-of.ts";

export interface OffPolicyOptions {
  /** Names the log in errors. Default `log`. */
  readonly file?: string | undefined;
  /** What is taken as one independent observation. Default `session`. */
  readonly unit?: OffPolicyUnit | undefined;
  /** Of cross-fitting, at least 2. Default 5. */
  readonly folds?: number | undefined;
  /** Weights are cut to it in `clippedIps` and its lower bound. Default: the square root of the rows. */
  readonly clip?: number | undefined;
  /**
   * Share of the target's probability that may lie where the log has none, in [0, 1]. More is refused.
   * Default 0.01.
   */
  readonly maxUncovered?: number | undefined;
  /** Of the bootstrap by unit. Default 1,000. */
  readonly resamples?: number | undefined;
  /** Of folds and resamples. Default 1. */
  readonly seed?: number | undefined;
  /** Of the intervals, in (0, 1). Default 0.95. */
  readonly confidence?: number | undefined;
  /** `name@version` of the target's classifier: a warning tells when the log's is another. */
  readonly classifier?: string | undefined;
}

/**
 * What another policy would have brought on logged traffic: the quality of its decisions (plans) and the
 * cost of all their attempts, from decisions with propensities and feedback. Nothing is called. The target
 * is replayed on what each decision recorded: facts, classification, permitted models, session, spend; so
 * it is asked in the states that the logged policy led to. Pins are left out.
 *
 * Throws `InvalidOptionError` when the log cannot tell, for want of exploration, and how to get one that
 * can; `PolicyError` as the router does; `OutcomeFormatError` for a line that cannot be replayed.
 */
export async function offPolicy<Id extends string>(
  log: Iterable<LoggedDecision> | AsyncIterable<LoggedDecision>,
  target: OffPolicyTarget<Id>,
  options: OffPolicyOptions = {},
): Promise<OffPolicyReport> {
  const { file = "log", unit = "session", folds = 5, maxUncovered = 0.01 } = options;
  const { resamples = 1_000, seed = 1, confidence = 0.95, classifier } = options;
  checkMethods("policy", target.policy, ["select"]);
  if (!["session", "tenant", "decision"].includes(unit))
    throw new InvalidOptionError("unit", unit, "session, tenant or decision");
  checkNumber("folds", folds, { min: 2, max: 100, integer: true });
  checkNumber("maxUncovered", maxUncovered, { min: 0, max: 1 });
  checkNumber("confidence", confidence, { min: 0.5, max: 1 - Number.EPSILON });

  const { rows, forced } = await readRows(log, target, file);
  if (rows.length === 0)
    throw new OutcomeFormatError(
      file,
      0,
      "file",
      forced === 0 ? "holds no decisions" : `holds pins alone (${forced}): they say nothing of a policy`,
    );
  const { clip = Math.sqrt(rows.length) } = options;
  checkNumber("clip", clip, { min: Number.MIN_VALUE });

  const units = unitsOfRows(rows, unit);
  const weights = Float64Array.from(
    rows,
    ({ target: plans, logged, propensity }) => (plans.get(logged) ?? 0) / propensity,
  );
  const uncovered = uncoveredShares(rows);
  checkCoverage({ rows, weights, uncovered, units }, file, maxUncovered);

  const rewardOf = rewardReporter(rows, weights, units, {
    clip,
    folds,
    maxUncovered,
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
    overlap: {
      ...overlapOf(weights, uncovered),
      meanWeightPValue: await meanWeightPValue(weights, units),
    },
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
