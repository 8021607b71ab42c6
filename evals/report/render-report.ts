import type { Estimate } from "../../src/statistics/bootstrap.ts";
import { categorySection } from "./category-section.ts";
import { certificateSection } from "./certificate-section.ts";
import { calibrationSection, scoreSection } from "./classifier-section.ts";
import { comparisonSection } from "./comparison-section.ts";
import { count, percent, percentDigits, points } from "./format-number.ts";
import { type Content, html, Markup, nameOf, unbroken } from "./html.ts";
import { loadPlot } from "./load-plot.ts";
import { provenanceFooter } from "./provenance-footer.ts";
import type { Report } from "./report.ts";
import { reportStyle } from "./report-style.ts";
import { savingSection } from "./saving-section.ts";
import { worstSection } from "./worst-section.ts";

/**
 * Renders the report as one HTML file without scripts, which loads nothing. All texts of the records,
 * including names of models and categories, are treated as hostile: they are escaped, and invisible
 * characters are written out.
 */
export async function renderReport(report: Report): Promise<string> {
  const plot = await loadPlot();
  const { policy, models, reference, provenance, kind } = report;
  const between = kind === "pair" ? models.join(" and ") : `${models.length} models`;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Routing report: ${between}</title>
<style>${new Markup(reportStyle)}</style>
</head>
<body>
<header>
<p class="kicker">Routing between ${between} · ${policy} · ${count(provenance.records)} recorded requests</p>
<h1>${verdict(report.verdict, reference)}</h1>
${facts(report, reference)}
</header>
<main>
${concernsSection(report)}
${certificateSection(report)}
${
  report.warnings.length > 0 &&
  html`<section class="panel" aria-labelledby="warnings"><h2 id="warnings">Before you read on</h2>
<ul>${report.warnings.map((warning) => html`<li>${unbroken(warning)}</li>`)}</ul></section>`
}
${comparisonSection(plot, report)}
${savingSection(report)}
${categorySection(report)}
${calibrationSection(plot, report)}
${scoreSection(plot, report)}
${worstSection(report)}
</main>
${provenanceFooter(report)}
</body>
</html>
`;
  return page.source;
}

/** Section with the concerns of the certificate, above all else. */
function concernsSection({ certificate }: Report): Content {
  const { concerns = [] } = certificate ?? {};
  return (
    concerns.length > 0 &&
    html`<section class="panel open" aria-labelledby="concerns"><h2 id="concerns">Before you rely on the certificate</h2>
<ul>${concerns.map((concern) => html`<li>${unbroken(concern)}</li>`)}</ul></section>`
  );
}

/**
 * Marks up the verdict: numbers stay with their signs, names in one piece, intervals are faint, and a missing
 * certificate is highlighted.
 */
function verdict(text: string, reference: string): Content {
  const [statement = "", open] = text.split(/ (?=Not certified)/);
  const whole = unbroken(statement).split(/(\[[^\]]{0,40}\])/);
  return html`${whole.map((part, index) => (index % 2 === 0 ? named(part, reference) : html`<span class="range">${part}</span>`))}${
    open && html` <span class="open">${open}</span>`
  }`;
}

function named(text: string, name: string): Content {
  return text.split(name).map((part, index) => html`${index > 0 && nameOf(name)}${part}`);
}

function facts({ rows }: Report, reference: string): Markup {
  const ours = rows[0];
  const fact = (
    name: string,
    estimate: Estimate | undefined,
    show: (value: number) => string,
    bare = show,
  ): Content => {
    const { value, low, high } = estimate ?? {};
    return html`<div><dt>${name}</dt><dd><div class="figure">${value === undefined ? "not known" : show(value)}</div>
${low !== undefined && high !== undefined && html`<div class="range">between ${bare(low)} and ${show(high)}</div>`}</dd></div>
`;
  };
  return html`<dl class="facts">
${fact(`sent to ${reference}`, ours?.largeCallRate, percent, percentDigits)}${fact("saved", ours?.saving, percent, percentDigits)}${fact("points of quality lost", ours?.loss, points)}</dl>`;
}
