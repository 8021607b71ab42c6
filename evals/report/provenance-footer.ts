import { count, percent } from "../../src/plugin/format-number.ts";
import { type Content, html, type Markup } from "./html.ts";
import type { Report } from "./report.ts";

/** Footer with the data needed to make the same report again. */
export function provenanceFooter({ provenance, confidence, certificate }: Report): Markup {
  const { read, records, units, skipped, unclassified, resamples, seed } = provenance;
  const entries: readonly (readonly [string, Content])[] = [
    [
      "Made",
      `${provenance.createdAt.replace("T", " ").slice(0, 16)} UTC by switchpoint ${provenance.packageVersion}`,
    ],
    ["Outcomes", provenance.outcomes && html`<bdi>${provenance.outcomes}</bdi>`],
    ["Data", html`SHA-256 <code>${provenance.sha256}</code>`],
    [
      "Records",
      `${count(read)} read, ${count(records)} replayed (${count(units)} independent), ${count(skipped)} left out, ${count(unclassified)} not classified`,
    ],
    ["Classifier", provenance.classifier],
    ["Tuning file", certificate?.version],
    [
      "Intervals",
      `${percent(confidence)}, bootstrap over independent records, ${count(resamples)} resamples, seed ${seed}`,
    ],
    ["Command", provenance.command && html`<code>${provenance.command}</code>`],
  ];
  return html`<footer><dl>
${entries
  .filter(([, value]) => value)
  .map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>
`,
  )}</dl></footer>`;
}
