import type { Estimate } from "../../src/loop/statistics/index.ts";
import { count, percent, points, usd } from "../../src/plugin/format-number.ts";
import { type Content, html, type Markup, nameOf, unbroken } from "./html.ts";
import { paddedRange } from "./plot-frame.ts";
import type { Alternative, Report } from "./report.ts";

/** Most models that are compared on the first screen; the table of the details has all of them. */
const mostModels = 5;

interface Option {
  readonly title: Content;
  readonly about: Content;
  readonly isOurs: boolean;
  readonly costUsd?: Estimate | undefined;
  readonly quality: Estimate;
  readonly instead?: Alternative | undefined;
}

/**
 * Chart of the cost and the quality of routing, of doing nothing and of each model alone: a table whose cells hold
 * bars, so that it has all numbers, and becomes a list on a phone.
 */
export function alternativesChart(report: Report): Markup {
  const options = optionsOf(report);
  const hidden = report.alternatives.length - (options.length - 1);
  const per = report.saving?.requests === undefined ? "of 1,000 requests" : "a month";
  const costed = options.some(({ costUsd }) => costUsd !== undefined);
  const dearest = Math.max(0, ...options.map(({ costUsd }) => costUsd?.high ?? costUsd?.value ?? 0));
  const scale = paddedRange(
    options
      .flatMap(({ quality: { value, low = value, high = value } }) => [low, high])
      .filter(Number.isFinite),
    0.08,
  );
  const labels = { cost: `cost ${per}`, quality: "quality, 0 to 100", instead: "routing instead" };
  return html`<h2 id="alternatives">With routing, and without it</h2>
<table class="options" role="table" aria-labelledby="alternatives">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">what answers</th>${costed && html`<th role="columnheader" scope="col">${labels.cost}</th>`}<th role="columnheader" scope="col">${labels.quality}</th><th role="columnheader" scope="col">${labels.instead}</th></tr></thead>
<tbody role="rowgroup">
${options.map(
  (
    option,
  ) => html`<tr role="row" class="${option.isOurs && "ours"}"><th role="rowheader" scope="row"><span class="title">${option.title}</span> <span class="about">${option.about}</span></th>
${costed && html`<td role="cell">${labelled(labels.cost)}${costCell(option, dearest)}</td>`}
<td role="cell">${labelled(labels.quality)}${qualityCell(option, scale)}</td>
<td role="cell" class="instead">${option.instead !== undefined && labelled(labels.instead)}${insteadCell(option)}</td></tr>
`,
)}</tbody>
</table>${hidden > 0 && html`<p class="note">${count(hidden)} more models are in the table under “Cost and quality”.</p>`}`;
}

/** Name of the column, for a phone, where the head of the table has no place. */
function labelled(name: string): Markup {
  return html`<span class="label" aria-hidden="true">${name}</span>`;
}

function optionsOf({
  rows,
  alternatives,
  saving,
  today,
  reference,
  kind,
  policy,
}: Report): readonly Option[] {
  const ours = rows[0];
  const share = ours?.largeCallRate?.value;
  const others = alternatives.filter(({ model }) => model !== today);
  const sorted = [...others].sort((a, b) => Number(b.model === reference) - Number(a.model === reference));
  const doingNothing = alternatives.find(({ model }) => model === today);
  const shown = [...(doingNothing === undefined ? [] : [doingNothing]), ...sorted].slice(0, mostModels);
  const titleOf = (model: string): Content => {
    if (model === today)
      return `Doing nothing: ${kind === "router" ? "one" : model === reference ? "large" : "small"} model only`;
    if (kind === "router") return html`Only ${nameOf(model)}`;
    return `${model === reference ? "Large" : "Small"} model only`;
  };
  return [
    {
      title: "With routing",
      about:
        share === undefined || kind === "router"
          ? policy
          : html`${unbroken(percent(share))} to ${nameOf(reference)}`,
      isOurs: true,
      costUsd: saving?.costUsd,
      quality: ours?.quality ?? { value: Number.NaN },
    },
    ...shown.map((one): Option => {
      const about = kind === "router" && one.model !== today ? "" : nameOf(one.model);
      return { ...one, title: titleOf(one.model), about, isOurs: false, instead: one };
    }),
  ];
}

function costCell({ costUsd }: Option, dearest: number): Content {
  if (costUsd === undefined) return "not known";
  const { value, low, high } = costUsd;
  const at = (amount: number): string => share(dearest > 0 ? amount / dearest : 0);
  return html`<svg class="bar" aria-hidden="true" focusable="false"><rect class="track" width="100%" height="100%" rx="3"/><rect class="value" width="${at(value)}" height="100%" rx="3"/>${
    low !== undefined &&
    high !== undefined &&
    html`<line x1="${at(low)}" x2="${at(high)}" y1="50%" y2="50%"/>`
  }</svg><span class="values"><span class="number">${usd(value)}</span>${range(costUsd, usd)}</span>`;
}

function qualityCell({ quality }: Option, [from, to]: readonly [number, number]): Content {
  const { value, low = value, high = value } = quality;
  if (!Number.isFinite(value)) return "not known";
  const at = (one: number): string => share((one - from) / (to - from));
  return html`<svg class="dot" aria-hidden="true" focusable="false"><line class="track" x1="0" x2="100%" y1="50%" y2="50%"/><line x1="${at(low)}" x2="${at(high)}" y1="50%" y2="50%"/><circle cx="${at(value)}" cy="50%" r="5"/></svg><span class="values"><span class="number">${points(value)}</span>${range(quality, points)}</span>`;
}

function insteadCell({ instead }: Option): Content {
  if (instead === undefined) return "";
  const { savedUsd, savedShare, lost } = instead;
  const money =
    savedUsd === undefined
      ? "saving not known"
      : `${savedUsd.value < 0 ? "costs" : "saves"} ${usd(Math.abs(savedUsd.value))}${savedUsd.value < 0 ? " more" : ""}${
          savedShare !== undefined && savedUsd.value > 0 ? ` (${percent(savedShare.value)})` : ""
        }`;
  const size = points(Math.abs(lost.value));
  const quality =
    Number(size) === 0 ? "the same quality" : `${lost.value < 0 ? "gains" : "loses"} ${size} points`;
  return html`<span class="values"><span class="line">${unbroken(money)}</span><span class="comma">, </span><span class="line">${quality}</span></span>`;
}

function range({ low, high }: Estimate, show: (value: number) => string): Content {
  return (
    low !== undefined && high !== undefined && html` <span class="range">${show(low)} – ${show(high)}</span>`
  );
}

/** Share of 1 as a length of SVG, within the picture. */
function share(part: number): string {
  return `${(100 * Math.min(1, Math.max(0, Number.isFinite(part) ? part : 0))).toFixed(2)}%`;
}
