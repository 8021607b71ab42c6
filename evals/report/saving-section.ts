import type { Estimate } from "../../src/statistics/bootstrap.ts";
import { count, usd, usdDigits } from "./format-number.ts";
import { html, type Markup, nameOf } from "./html.ts";
import { estimateCell, htmlTable } from "./html-table.ts";
import type { Report } from "./report.ts";

/** Section on the monthly cost with the router and without it. */
export function savingSection({ saving, reference, policy }: Report): Markup {
  if (saving === undefined) {
    return html`<section aria-labelledby="saving">
<h2 id="saving">Saving</h2>
<p>Not every recorded outcome has a cost, so there are no figures on money: give each one <code>costUsd</code>.</p>
</section>`;
  }
  const { requests, costUsd, referenceCostUsd, savedUsd } = saving;
  const volume = requests === undefined ? "1,000 requests" : `${count(requests)} requests a month`;
  return html`<section aria-labelledby="saving">
<h2 id="saving">Saving ${requests === undefined ? "for" : "at"} ${volume}</h2>
<p>${`${requests === undefined ? "With" : "At"} ${volume} like the recorded ones, the router ${savedBy(savedUsd)}.`}</p>
<div class="small">${htmlTable(
    `Cost of ${volume} in US dollars`,
    ["routing", "cost"],
    [
      { cells: [html`always ${nameOf(reference)}`, estimateCell(referenceCostUsd, usd, usdDigits)] },
      { cells: [policy, estimateCell(costUsd, usd, usdDigits)] },
      { kind: "ours", cells: ["saved", estimateCell(savedUsd, usd, usdDigits)] },
    ],
  )}</div>
${requests === undefined && html`<p class="note">For your volume: <code>--requests-per-month</code></p>`}
</section>`;
}

/** Formats the bounds separately: with thousands separators a pair of numbers would read as one. */
function savedBy({ value, low, high }: Estimate): string {
  const amount = value < 0 ? `costs ${usd(-value)} more` : `saves ${usd(value)}`;
  if (low === undefined || high === undefined) return amount;
  const [from, to] = value < 0 ? [-high, -low] : [low, high];
  return `${amount}, between ${usd(from)} and ${usd(to)}`;
}
