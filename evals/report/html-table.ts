import type { Estimate } from "../../src/loop/statistics/index.ts";
import { type Content, html, type Markup } from "./html.ts";

export interface TableRow {
  readonly kind?: "ours" | "few" | undefined;
  /** Cells of the row; the first one is its head. */
  readonly cells: readonly Content[];
}

/** Table that scrolls in a box of its own if the page is too narrow for it. */
export function htmlTable(caption: string, head: readonly Content[], rows: readonly TableRow[]): Markup {
  // The caption is outside of the part that scrolls, so that it can be read on a phone.
  return html`<p class="caption" aria-hidden="true">${caption}</p>
<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table aria-label="${caption}">
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ({ kind = "", cells: [first, ...cells] }) =>
    html`<tr class="${kind}"><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
)}</tbody>
</table></div>`;
}

/** Cell with an estimate and its interval in a fainter tone. */
export function estimateCell(
  estimate: Estimate | undefined,
  show: (value: number) => string,
  bare: (value: number) => string = show,
): Content {
  if (estimate === undefined) return "–";
  const { value, low, high } = estimate;
  if (low === undefined || high === undefined) return show(value);
  return html`${show(value)} <span class="range">[${bare(low)}, ${bare(high)}]</span>`;
}
