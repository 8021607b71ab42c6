import { count, percent, points, score } from "../../src/plugin/format-number.ts";
import { gainPlot, qualityCalibrationPlot } from "./calibration-plot.ts";
import { fold } from "./fold.ts";
import { cut, html, type Markup, nameOf } from "./html.ts";
import { estimateCell, htmlTable } from "./html-table.ts";
import type { PlotMaker } from "./load-plot.ts";
import type { Bin, Report } from "./report.ts";
import { responsive } from "./responsive.ts";
import { scorePlot } from "./score-plot.ts";

/** Most models whose calibration is drawn; the tables have all of them. */
const mostPlots = 6;
const panelWidth = 400;

/** Section that compares the classifier's estimates with the outcomes. */
export function calibrationSection(plot: PlotMaker, report: Report): Markup {
  const { calibration, reference } = report;
  const gist =
    calibration === undefined
      ? "nothing to compare"
      : calibration.kind === "gain"
        ? html`complexity against what ${nameOf(reference)} gains`
        : "estimated against measured quality";
  return fold("calibration", "Calibration", gist, calibrated(plot, report));
}

function calibrated(plot: PlotMaker, { calibration, reference, thresholds }: Report): Markup {
  if (calibration === undefined)
    return html`<p>There is nothing to compare with the outcomes: there was no classifier, or it gives no quality of models.</p>`;
  if (calibration.kind === "gain") {
    const { bins } = calibration;
    return html`<p>The classifier gives no estimate of quality, only complexity. A good one orders requests by what ${nameOf(reference)} gains on them: the points rise from left to right.</p>
${responsive((width) => gainPlot(plot, reference, bins, thresholds, width))}
${binTable(`Points of quality that ${cut(reference)} gains, by complexity`, "complexity", "gain", bins, score)}`;
  }
  const { models } = calibration;
  return html`<p>Each point holds a tenth of the requests: the quality that the classifier expects of a model, and what was measured. On the dashed line both are equal.</p>
<div class="pair">${models
    .slice(0, mostPlots)
    .map(
      ({ model, bins }) => html`<figure>${qualityCalibrationPlot(plot, model, bins, panelWidth)}</figure>`,
    )}</div>
<div class="small">${htmlTable(
    "Errors of the estimates: mean squared error (Brier score) and mean distance (ECE). Exactly right estimates show the ECE “by chance”",
    ["model", "Brier", "ECE", "by chance"],
    models.map(({ model, brier, ece, eceByChance }) => ({
      cells: [model, ...[brier, ece, eceByChance].map((one) => one.toFixed(3))],
    })),
  )}</div>
${models.map(({ model, bins }) => binTable(`Quality of ${cut(model)}, from 0 to 100`, "estimated", "measured", bins, points))}`;
}

function binTable(
  caption: string,
  estimated: string,
  measured: string,
  bins: readonly Bin[],
  show: (value: number) => string,
): Markup {
  return html`<details><summary>${caption}</summary>${htmlTable(
    caption,
    [`${estimated}, from – to`, "mean", "requests", measured],
    bins.map(({ from, to, estimated, records, measured }) => ({
      cells: [`${show(from)} – ${show(to)}`, show(estimated), count(records), estimateCell(measured, points)],
    })),
  )}</details>`;
}

/** Section on the distribution of requests over complexity. */
export function scoreSection(plot: PlotMaker, report: Report): Markup {
  const { scores, reference } = report;
  const records = scores?.reduce((sum, bin) => sum + bin.records, 0) ?? 0;
  const sent = scores?.reduce((sum, bin) => sum + bin.toReference, 0) ?? 0;
  return fold(
    "scores",
    "Complexity of the requests",
    records === 0 ? "not classified" : html`${percent(sent / records)} to ${nameOf(reference)}`,
    scores === undefined
      ? html`<p>No request was classified.</p>`
      : html`<p>Complexity is a rank in the traffic that the classifier was made on: if these requests were like it, they would spread evenly. Coloured bars go to ${nameOf(reference)}.</p>
${responsive((width) => scorePlot(plot, report, width))}
<details><summary>The distribution as a table</summary>${htmlTable(
          `Requests by complexity`,
          ["complexity", "requests", html`to ${nameOf(reference)}`],
          scores.map(({ from, to, records, toReference }) => ({
            cells: [
              `${score(from)} – ${score(to)}`,
              count(records),
              records === 0 ? "–" : percent(toReference / records),
            ],
          })),
        )}</details>`,
  );
}
