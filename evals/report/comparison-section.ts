import {
  count,
  percent,
  percentDigits,
  points,
  usd,
  usdDigits,
  withInterval,
} from "../../src/plugin/format-number.ts";
import { costQualityPlot } from "./cost-quality-plot.ts";
import { fold } from "./fold.ts";
import { type Content, cut, html, type Markup, nameOf, unbroken } from "./html.ts";
import { estimateCell, htmlTable } from "./html-table.ts";
import type { PlotMaker } from "./load-plot.ts";
import { qualityPlot } from "./quality-plot.ts";
import type { Report, ReportRow } from "./report.ts";
import { responsive } from "./responsive.ts";

/** Section on cost against quality: the plot, and the same as a table. */
export function comparisonSection(plot: PlotMaker, report: Report): Markup {
  const { rows, reference, kind, confidence } = report;
  const costed = rows[0]?.costUsd !== undefined;
  const head = [
    "router",
    "quality",
    ...(costed ? ["cost of 1,000"] : []),
    kind === "pair" ? "large calls" : "reference calls",
    "lost quality",
    ...(costed ? ["saved"] : []),
    ...(kind === "pair" ? ["over random"] : []),
  ];
  const cells = (row: ReportRow) => [
    headOf(row),
    estimateCell(row.quality, points),
    ...(costed
      ? [
          estimateCell(
            row.costUsd,
            (one) => usd(1_000 * one),
            (one) => usdDigits(1_000 * one),
          ),
        ]
      : []),
    row.largeCallRate === undefined ? "–" : percent(row.largeCallRate.value),
    row.model === reference ? "–" : estimateCell(row.loss, points),
    ...(costed ? [row.model === reference ? "–" : estimateCell(row.saving, percent, percentDigits)] : []),
    ...(kind === "pair"
      ? [row.model === undefined && row.name !== "random" ? estimateCell(row.overRandom, points) : "–"]
      : []),
  ];
  return fold(
    "comparison",
    "Cost and quality",
    kind === "pair"
      ? "every threshold, random choice, prompt length, the oracle"
      : "each model, random choice, the oracle",
    html`<p>${introduction(report)}</p>
${responsive((width) => costQualityPlot(plot, report, width) ?? qualityPlot(plot, report, width))}
${htmlTable(
  `Means over ${count(report.provenance.records)} requests with ${percent(confidence)} intervals; lost and saved against always ${cut(reference)}`,
  head,
  rows.map((row, index) => ({ kind: index === 0 ? ("ours" as const) : undefined, cells: cells(row) })),
)}
<p class="note">Quality is the mean of the recorded outcomes on a scale from 0 to 100. The oracle knows each outcome beforehand: no router can do better.${
      kind === "pair" && pairNote(report)
    }</p>`,
  );
}

function introduction({ kind, curves, rows }: Report): string {
  if (kind === "router")
    return rows[0]?.costUsd === undefined
      ? "The filled point is the router; bars are intervals."
      : "Up and to the left is better. The filled point is the router, the open ones each model alone; bars are intervals.";
  const band = curves?.router.some(({ low }) => low !== undefined)
    ? " The shaded band is the interval of the curve."
    : "";
  return `Up and to the left is better. The coloured curve is what the classifier reaches at all thresholds, the filled point the chosen one; a useful classifier runs above the line of random choice.${band}`;
}

function pairNote({ rows, curves }: Report): string {
  const apgr = rows
    .flatMap((row) => (row.apgr === undefined || row.name === "oracle" || row.name === "random" ? [] : [row]))
    .map(
      (row) =>
        `${row === rows[0] ? curves?.name : row.name} ${withInterval(row.apgr ?? { value: Number.NaN }, digits)}`,
    )
    .join(", ");
  const same = rows[0]?.costUsd === undefined ? "sends as many requests to the large model" : "costs as much";
  return unbroken(
    ` Over random: points of quality beyond a coin that ${same}.${apgr && ` APGR over all thresholds, a coin having 0.5: ${apgr}.`}`,
  );
}

function headOf({ name, model }: ReportRow): Content {
  return model === undefined ? name : html`always ${nameOf(model)}`;
}

function digits(value: number): string {
  return value.toFixed(2);
}
