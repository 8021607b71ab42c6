import { statuses } from "../evals/report/recommendation.ts";
import type { Report, ReportRow } from "../evals/report/report.ts";
import type { Estimate } from "../src/loop/statistics/index.ts";
import { percent, percentDigits, points, usd, withInterval } from "../src/plugin/format-number.ts";
import { formatTable } from "./format-table.ts";
import { toJson } from "./to-json.ts";

/** Formats the report as JSON, with absent metrics as `null`. */
export function reportToJson(report: Report): string {
  const rows = report.rows.map(({ name, model, ...metrics }) => ({
    name,
    ...(model === undefined ? {} : { model }),
    ...Object.fromEntries(Object.entries(metrics).map(([metric, value]) => [metric, value ?? null])),
  }));
  return toJson({ ...report, rows }, 2);
}

/** Formats the verdict, the recommendation, the comparison, and the warnings. */
export function reportToText(report: Report): string {
  const { rows, warnings, provenance, reference, verdict, recommendation, saving, kind, certificate } =
    report;
  const head = [
    "router",
    "quality",
    "USD/1k",
    kind === "pair" ? "large calls" : "ref. calls",
    "lost quality [95 %]",
    "saved [95 %]",
    "over random [95 %]",
  ];
  const body = rows.map((row) => cellsOf(row));
  const month =
    saving?.requests === undefined
      ? []
      : [
          `saves ${withInterval(saving.savedUsd, usd)} at ${saving.requests.toLocaleString("en-US")} requests a month${saving.derived === undefined ? "" : ", the pace of these records"}`,
          "",
        ];
  return [
    verdict,
    `${statuses[recommendation.level]}: ${recommendation.text}`,
    ...(certificate?.concerns ?? []).map((concern) => `! certificate: ${concern}`),
    "",
    `${provenance.records} records, ${provenance.units} independent; quality from 0 to 100, against always ${reference}`,
    "",
    formatTable([head, ...body]),
    "",
    ...month,
    ...(certificate?.problems ?? []).map((problem) => `! certificate: ${problem}`),
    ...warnings.map((warning) => `! ${warning}`),
  ]
    .join("\n")
    .trimEnd();
}

function cellsOf({
  name,
  quality,
  costUsd,
  largeCallRate,
  loss,
  saving,
  overRandom,
}: ReportRow): readonly string[] {
  return [
    name,
    quality === undefined ? "n/a" : points(quality.value),
    costUsd === undefined ? "n/a" : usd(1_000 * costUsd.value),
    largeCallRate === undefined ? "n/a" : percent(largeCallRate.value),
    shown(loss, points),
    shown(saving, percent, percentDigits),
    shown(overRandom, points),
  ];
}

function shown(
  estimate: Estimate | undefined,
  show: (value: number) => string,
  bare: (value: number) => string = show,
): string {
  return estimate === undefined ? "n/a" : withInterval(estimate, show, bare);
}
