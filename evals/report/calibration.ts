import { equalMassBins } from "../../src/loop/statistics/index.ts";
import { calibrationError } from "../metrics/calibration-error.ts";
import { type IntervalSettings, meanWithInterval } from "./intervals.ts";
import type { Bin, Calibration } from "./report.ts";
import { outcomesOf } from "./report-rows.ts";
import type { Routing } from "./routing.ts";

const bins = 10;

/**
 * Compares the classifier's estimates with the outcomes: its estimates of quality with the measured quality,
 * by model; else, between two models, complexity with the large one's gain. `undefined` if there is neither.
 */
export async function calibrationOf(
  routing: Routing,
  settings: IntervalSettings,
): Promise<Calibration | undefined> {
  const { cases, models, alone, reference, complexity, units } = routing;
  const estimated = models.flatMap((id) => {
    const estimates = cases.map(({ context }) => {
      const name = context.candidates.find((candidate) => candidate.id === id)?.facts.name ?? id;
      return context.classification?.quality?.[name];
    });
    const known = estimates.flatMap((estimate, index) => (estimate === undefined ? [] : [index]));
    return known.length === 0 ? [] : [{ id, known, estimates: estimates as number[] }];
  });
  if (estimated.length > 0) {
    const reports = estimated.map(async ({ id, known, estimates }) => {
      const measured = outcomesOf(alone, id).quality;
      const { brier, ece, eceByChance } = calibrationError(
        known.map((index) => estimates[index] as number),
        known.map((index) => measured[index] as number),
      );
      return {
        model: id,
        brier,
        ece,
        eceByChance,
        bins: await binsOf(known, estimates, measured, units, settings),
      };
    });
    return { kind: "quality", models: await Promise.all(reports) };
  }
  const small = models.find((id) => id !== reference);
  const classified = cases.flatMap(({ context }, index) => (context.classification ? [index] : []));
  if (models.length !== 2 || small === undefined || classified.length === 0) return undefined;
  const base = outcomesOf(alone, small).quality;
  const gain = outcomesOf(alone, reference).quality.map(
    (quality, index) => quality - (base[index] as number),
  );
  return { kind: "gain", bins: await binsOf(classified, complexity, gain, units, settings) };
}

async function binsOf(
  indices: readonly number[],
  estimates: ArrayLike<number>,
  measured: Float64Array,
  units: readonly string[],
  settings: IntervalSettings,
): Promise<readonly Bin[]> {
  const estimateOf = (index: number): number => estimates[index] as number;
  const result: Bin[] = [];
  for (const positions of equalMassBins(indices.map(estimateOf), bins)) {
    const members = positions.map((position) => indices[position] as number);
    const values = members.map((index) => measured[index] as number);
    const groups = members.map((index) => units[index] as string);
    result.push({
      from: estimateOf(members[0] as number),
      to: estimateOf(members.at(-1) as number),
      records: members.length,
      estimated: members.reduce((sum, index) => sum + estimateOf(index), 0) / members.length,
      measured: await meanWithInterval(values, groups, settings),
    });
  }
  return result;
}
