import type { Comparison } from "../evals/replay/compare/compare.ts";
import type { ComparisonMetric, ComparisonRow } from "../evals/replay/compare/comparison-row.ts";
import type { Estimate } from "../src/loop/statistics/index.ts";
import { showPercent } from "../src/plugin/show-percent.ts";
import { formatTable } from "./format-table.ts";
import { digits, perThousand, withInterval } from "./show-number.ts";
import { toJson } from "./to-json.ts";

/** Formats a comparison as JSON; absent values are `null`, so that every row has every metric. */
export function comparisonToJson(comparison: Comparison): string {
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

const columns: readonly Column[] = [
  ["quality", "quality", digits],
  ["USD/1k", "costUsd", perThousand],
  ["large calls", "largeCallRate", showPercent],
  ["PGR", "pgr", digits],
  ["CPT50", "cpt50", showPercent],
  ["CPT80", "cpt80", showPercent],
  ["AIQ", "aiq", digits],
  ["regret", "regret", digits],
];

/** Formats all rows as a table, below a line about what was measured. */
export function comparisonToText({
  records,
  prompts,
  rows,
  small,
  large,
  classifier,
  threshold,
}: Comparison): string {
  const head = ["router", "APGR [95 %]", ...columns.map(([name]) => name)];
  const body = rows.map((row) => [
    row.name,
    withInterval(row.apgr, digits),
    ...columns.map(([, metric, show]) => valueIn(row, metric, show)),
  ]);
  const about = `small ${small}, large ${large}; ${classifier} at threshold ${threshold}`;
  return `${records} records, ${prompts} different prompts; ${about}\n\n${formatTable([head, ...body])}`;
}

function valueIn(row: ComparisonRow, metric: ComparisonMetric, show: (value: number) => string): string {
  const estimate = row[metric];
  return estimate === undefined ? "n/a" : show(estimate.value);
}
