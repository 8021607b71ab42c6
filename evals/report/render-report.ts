import { count } from "../../src/plugin/format-number.ts";
import { categorySection } from "./category-section.ts";
import { certificateSection } from "./certificate-section.ts";
import { calibrationSection, scoreSection } from "./classifier-section.ts";
import { comparisonSection } from "./comparison-section.ts";
import { type Content, cut, html, unbroken, withNames } from "./html.ts";
import { loadPlot } from "./load-plot.ts";
import { pageOf } from "./page.ts";
import { provenanceFooter } from "./provenance-footer.ts";
import type { Report } from "./report.ts";
import { savingSection } from "./saving-section.ts";
import { summarySection } from "./summary-section.ts";
import { worstSection } from "./worst-section.ts";

/**
 * Renders the report as one HTML file without scripts, which loads nothing. The first screen has what a decision
 * needs; the details are folded. All texts of the records, including names of models and categories, are treated as
 * hostile: they are escaped, and invisible characters are written out.
 */
export async function renderReport(report: Report): Promise<string> {
  const plot = await loadPlot();
  const { models, kind } = report;
  const between = kind === "pair" ? models.map(cut).join(" and ") : `${count(models.length)} models`;
  return pageOf({
    title: `Routing report: ${between}`,
    main: html`${summarySection(report)}
${panel("concerns", "Before you rely on the certificate", report.certificate?.concerns ?? [], report, "open")}
${panel("warnings", "Before you read on", report.warnings, report)}
${certificateSection(report)}
${comparisonSection(plot, report)}
${savingSection(report)}
${categorySection(report)}
${calibrationSection(plot, report)}
${scoreSection(plot, report)}
${worstSection(report)}`,
    footer: provenanceFooter(report),
  });
}

/** Sentences that a reader must know, never folded. */
function panel(
  id: string,
  title: string,
  sentences: readonly string[],
  { models }: Report,
  kind = "",
): Content {
  return (
    sentences.length > 0 &&
    html`<section class="panel ${kind}" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<ul>${sentences.map((sentence) => html`<li>${withNames(unbroken(sentence), models)}</li>`)}</ul></section>`
  );
}
