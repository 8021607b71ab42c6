import { effectiveSampleSize } from "../../../src/loop/statistics/index.ts";
import type { Overlap, PlanOverlap, StratumOverlap } from "./off-policy-report.ts";
import { showPlanKey } from "./plan-key.ts";
import type { LoggedRow } from "./read-rows.ts";
import { strataOf } from "./strata-of.ts";

/** Measures how well rows cover the target. Needs at least one row. */
export function overlapOf(weights: ArrayLike<number>, uncovered: ArrayLike<number>): Overlap {
  const rows = weights.length;
  return {
    rows,
    meanWeight: sumOf(weights) / rows,
    maxWeight: maxOf(weights),
    effectiveSampleSize: effectiveSampleSize(weights),
    uncovered: sumOf(uncovered) / rows,
  };
}

/** Measures the overlap in each stratum, by name; a row is in each of its strata. */
export function overlapByStratum(
  rows: readonly LoggedRow[],
  weights: Float64Array,
  uncovered: Float64Array,
): StratumOverlap[] {
  return [...rowsBy(rows, strataOf)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([stratum, own]) => ({
      stratum,
      ...overlapOf(
        own.map((row) => weights[row] as number),
        own.map((row) => uncovered[row] as number),
      ),
    }));
}

/** Measures the overlap for each plan that the log or the target takes, the target's most frequent first. */
export function overlapByPlan(rows: readonly LoggedRow[], weights: Float64Array): PlanOverlap[] {
  const shares = new Map<string, number>();
  for (const { target } of rows)
    for (const [plan, probability] of target) shares.set(plan, (shares.get(plan) ?? 0) + probability);
  const rowsByPlan = rowsBy(rows, ({ logged }) => [logged]);
  return [...new Set([...shares.keys(), ...rowsByPlan.keys()])]
    .map((plan) => {
      const own = (rowsByPlan.get(plan) ?? []).map((row) => weights[row] as number);
      return {
        plan: showPlanKey(plan),
        targetShare: (shares.get(plan) ?? 0) / rows.length,
        loggedShare: own.length / rows.length,
        rows: own.length,
        maxWeight: maxOf(own),
        effectiveSampleSize: effectiveSampleSize(own),
      };
    })
    .sort((a, b) => b.targetShare - a.targetShare || b.rows - a.rows);
}

function rowsBy(
  rows: readonly LoggedRow[],
  labelsOf: (row: LoggedRow) => readonly string[],
): ReadonlyMap<string, number[]> {
  const byLabel = new Map<string, number[]>();
  rows.forEach((row, index) => {
    for (const label of labelsOf(row)) {
      const own = byLabel.get(label);
      if (own === undefined) byLabel.set(label, [index]);
      else own.push(index);
    }
  });
  return byLabel;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] as number;
  return sum;
}

function maxOf(values: ArrayLike<number>): number {
  let most = 0;
  for (let at = 0; at < values.length; at += 1) most = Math.max(most, values[at] as number);
  return most;
}
