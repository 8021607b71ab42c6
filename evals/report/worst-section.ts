import { count, percent, roundPoints, score } from "../../src/plugin/format-number.ts";
import { fold } from "./fold.ts";
import { type Content, cut, html, type Markup, nameOf } from "./html.ts";
import type { Report } from "./report.ts";

/** Section with the requests on which another model would have been much better. */
export function worstSection({ worst, provenance }: Report): Markup {
  const { misrouted, records } = worst;
  const share = percent(misrouted / provenance.records);
  return fold(
    "worst",
    "Routed worst",
    misrouted === 0 ? "none" : `${count(misrouted)} requests (${share})`,
    html`<p>${
      misrouted === 0
        ? "On no request would another model have been better."
        : `Another model would have been better on ${count(misrouted)} requests (${share}). ${
            misrouted > records.length ? `These ${count(records.length)} have` : "They have"
          } the highest regret; among equals, the surest mistakes come first. What do they have in common?`
    }</p>
${
  records.length > 0 &&
  html`<ol class="worst">${records.map(
    ({ id, category, complexity, sentTo, quality, best, regret, prompt }) => html`<li>
<p class="about">${parts([
      html`sent to <strong>${sentTo.map((name, index) => html`${index > 0 && ", then "}${nameOf(name)}`)}</strong>: quality ${roundPoints(quality)}`,
      html`<strong>${nameOf(best)}</strong>: ${roundPoints(quality + regret)}`,
      complexity !== undefined && `complexity ${score(complexity)}`,
      category !== undefined && nameOf(category),
      html`<code>${nameOf(id)}</code>`,
    ])}</p>
${prompt !== undefined && html`<div class="prompt" dir="auto" tabindex="0" role="group" aria-label="text of ${cut(id)}">${prompt}</div>`}</li>
`,
  )}</ol>`
}`,
  );
}

function parts(all: readonly Content[]): Content {
  return all.filter(Boolean).map((part, index) => html`${index > 0 && " · "}${part}`);
}
