import { bootstrap, weightedMean } from "../../src/loop/statistics/index.ts";
import { meanCost } from "../metrics/mean-cost.ts";
import type { ModelOutcomes } from "../metrics/routing-curve.ts";
import type { IntervalSettings } from "./intervals.ts";
import type { CategoryRow } from "./report.ts";
import { outcomesOf, savingOf } from "./report-rows.ts";
import type { Routing } from "./routing.ts";

/** Most rows of categories; the smallest beyond them are pooled. */
const mostRows = 30;
/** Number of independent records below which an interval is too wide for any decision. */
const fewUnits = 50;

/** Computes the results of the policy in each category, the largest first. Empty if no record has one. */
export async function categoryRows(
  routing: Routing,
  settings: IntervalSettings,
): Promise<readonly CategoryRow[]> {
  const groups = new Map<string, number[]>();
  routing.cases.forEach(({ record, context }, index) => {
    const category = record.category || context.classification?.category || "";
    const group = groups.get(category);
    if (group === undefined) groups.set(category, [index]);
    else group.push(index);
  });
  if (groups.size === 1 && groups.has("")) return [];
  const sorted = [...groups].sort(([a, as], [b, bs]) => bs.length - as.length || (a < b ? -1 : 1));
  const shown = sorted.length > mostRows ? sorted.slice(0, mostRows - 1) : sorted;
  const rest = sorted.slice(shown.length);
  const rows: CategoryRow[] = [];
  for (const [category, indices] of shown) {
    rows.push(await rowOf(routing, category === "" ? "(none)" : category, indices, settings));
  }
  if (rest.length === 0) return rows;
  const pooled = await rowOf(
    routing,
    "others",
    rest.flatMap(([, indices]) => indices),
    settings,
  );
  return [...rows, { ...pooled, pooled: rest.length }];
}

async function rowOf(
  { routed, alone, reference, callRates, units: allUnits }: Routing,
  category: string,
  indices: readonly number[],
  settings: IntervalSettings,
): Promise<CategoryRow> {
  const pick = (column: Float64Array): Float64Array =>
    Float64Array.from(indices, (at) => column[at] as number);
  const pickOutcomes = ({ quality, costUsd }: ModelOutcomes): ModelOutcomes => ({
    quality: pick(quality),
    costUsd: costUsd && pick(costUsd),
  });
  const ours = pickOutcomes(routed);
  const against = pickOutcomes(outcomesOf(alone, reference));
  const groups = indices.map((at) => allUnits[at] as string);
  const units = new Set(groups).size;
  const estimates = await bootstrap(
    indices.length,
    (weights) => ({
      loss: weightedMean(
        against.quality.map((quality, at) => quality - (ours.quality[at] as number)),
        weights,
      ),
      saving: savingOf(meanCost(ours.costUsd, weights), meanCost(against.costUsd, weights)),
    }),
    { groups, ...settings },
  );
  return {
    category,
    records: indices.length,
    units,
    few: units < fewUnits,
    largeCallRate: weightedMean(pick(callRates[reference] ?? new Float64Array())) ?? 0,
    quality: weightedMean(ours.quality) ?? 0,
    referenceQuality: weightedMean(against.quality) ?? 0,
    loss: estimates.loss ?? { value: Number.NaN },
    saving: estimates.saving,
  };
}
