import type { Estimate } from "../../src/loop/statistics/index.ts";
import { count, usd, usdDigits } from "../../src/plugin/format-number.ts";
import { fold } from "./fold.ts";
import { html, type Markup, nameOf } from "./html.ts";
import { estimateCell, htmlTable } from "./html-table.ts";
import type { Report } from "./report.ts";

/** Section on the monthly cost with the router and without it. */
export function savingSection({ saving, reference, policy, alternatives, today, uncosted }: Report): Markup {
  if (saving === undefined)
    return fold(
      "saving",
      "Saving",
      "not known",
      html`<p>Not every recorded outcome has a cost, so there are no figures on money: give each one <code>costUsd</code>. A price that is not known is not taken for 0.</p>
${uncosted.length > 0 && html`<ul>${uncosted.map(({ model, records }) => html`<li>${nameOf(model)}: no cost on ${count(records)} records</li>`)}</ul>`}`,
    );
  const { requests, costUsd, referenceCostUsd, savedUsd, derived } = saving;
  const volume = requests === undefined ? "1,000 requests" : `${count(requests)} requests a month`;
  const others = alternatives.filter(({ model }) => model !== reference);
  return fold(
    "saving",
    `Saving ${requests === undefined ? "for" : "at"} ${volume}`,
    savedBy(savedUsd),
    html`<p>${`${requests === undefined ? "With" : "At"} ${volume} like the recorded ones, the router ${savedBy(savedUsd)}`}, against sending everything to ${nameOf(reference)}.</p>
<div class="small">${htmlTable(
      `Cost of ${volume} in US dollars`,
      ["routing", "cost"],
      [
        { cells: [html`always ${nameOf(reference)}`, estimateCell(referenceCostUsd, usd, usdDigits)] },
        ...others.map((one) => ({
          cells: [html`always ${nameOf(one.model)}`, estimateCell(one.costUsd, usd, usdDigits)],
        })),
        { cells: [policy, estimateCell(costUsd, usd, usdDigits)] },
        {
          kind: "ours" as const,
          cells: [html`saved against ${nameOf(reference)}`, estimateCell(savedUsd, usd, usdDigits)],
        },
      ],
    )}</div>
<p class="note">Doing nothing is taken as sending everything to ${nameOf(today)}; <code>--today</code> names another model.</p>
${
  derived !== undefined &&
  html`<p class="note">The volume is the pace of the ${count(derived.records)} records between ${derived.from.slice(0, 10)} and ${derived.to.slice(0, 10)}, without the first and last hundredth. If they are a sample, the traffic is larger: <code>--requests-per-month</code></p>`
}
${requests === undefined && html`<p class="note">For your volume: <code>--requests-per-month</code></p>`}`,
  );
}

/** Formats the bounds separately: with thousands separators a pair of numbers would read as one. */
function savedBy({ value, low, high }: Estimate): string {
  const amount = value < 0 ? `costs ${usd(-value)} more` : `saves ${usd(value)}`;
  if (low === undefined || high === undefined) return amount;
  const [from, to] = value < 0 ? [-high, -low] : [low, high];
  return `${amount}, between ${usd(from)} and ${usd(to)}`;
}
