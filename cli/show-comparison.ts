import type { Comparison } from "../evals/replay/compare/compare.ts";
import type { RouterComparison } from "../evals/replay/compare/compare-router.ts";
import type { ComparisonMetric, ComparisonRow } from "../evals/replay/compare/comparison-row.ts";
import type { Estimate } from "../src/loop/statistics/bootstrap.ts";
import { showPercent } from "../src/plugin/show-percent.ts";
import { formatTable } from "./format-table.ts";
import { digits, perThousand, withInterval } from "./show-number.ts";
import { toJson } from "./to-json.ts";

/** Formats a comparison as JSON; absent values are `null`, so that every row has every metric. */
export function comparisonToJson(comparison: Comparison | RouterComparison): string {
  const rows = comparison.rows.map(({ name, ...metrics }) => ({
    name,
    ...Object.fromEntries(
      Object.entries(metrics).map(([metric, estimate]) => [metric, estimateOf(estimate)]),
    ),
  }));
  return toJson({ ...comparison, rows }, 2);
}

function estimateOf(estimate: Estimate | undefined) {
  return estimate === undefined
    ? null
    : { value: estimate.value, low: estimate.low ?? null, high: estimate.high ?? null };
}

type Column = readonly [head: string, metric: ComparisonMetric, show: (value: number) => string];

const costColumn: Column = ["USD/1k", "costUsd", perThousand];
const regretColumn: Column = ["regret", "regret", digits];
const pairColumns: readonly Column[] = [
  ["quality", "quality", digits],
  costColumn,
  ["large calls", "largeCallRate", showPercent],
  ["PGR", "pgr", digits],
  ["CPT50", "cpt50", showPercent],
  ["CPT80", "cpt80", showPercent],
  ["AIQ", "aiq", digits],
  regretColumn,
];
const routerColumns: readonly Column[] = [costColumn, regretColumn];

/** Formats all rows as a table, below a line about what was measured. */
export function comparisonToText(comparison: Comparison | RouterComparison): string {
  const { records, prompts, rows } = comparison;
  const isPair = "threshold" in comparison;
  const shown = isPair ? pairColumns : routerColumns;
  const head = ["router", isPair ? "APGR [95 %]" : "quality [95 %]", ...shown.map(([name]) => name)];
  const body = rows.map((row) => [
    row.name,
    withInterval(isPair ? row.apgr : row.quality, digits),
    ...shown.map(([, metric, show]) => valueIn(row, metric, show)),
  ]);
  const about = isPair
    ? `small ${comparison.small}, large ${comparison.large}; ${comparison.classifier} at threshold ${comparison.threshold}`
    : `policy ${comparison.policy}; calls: ${ratesOf(comparison)}`;
  return `${records} records, ${prompts} different prompts; ${about}\n\n${formatTable([head, ...body])}`;
}

function ratesOf({ callRates }: RouterComparison): string {
  return Object.entries(callRates)
    .map(([id, rate]) => `${id} ${showPercent(rate)}`)
    .join(", ");
}

function valueIn(row: ComparisonRow, metric: ComparisonMetric, show: (value: number) => string): string {
  const estimate = row[metric];
  return estimate === undefined ? "n/a" : show(estimate.value);
}
