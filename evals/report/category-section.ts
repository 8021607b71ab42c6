import { count, percent, percentDigits, points } from "./format-number.ts";
import { type Content, html, type Markup } from "./html.ts";
import { estimateCell, htmlTable } from "./html-table.ts";
import type { CategoryRow, Report } from "./report.ts";

/** Section on the categories. */
export function categorySection({ categories, reference, rows, kind }: Report): Markup {
  if (categories.length === 0) {
    return html`<section aria-labelledby="categories">
<h2 id="categories">Categories</h2>
<p>The records have no <code>category</code>, so they cannot be told apart here.</p>
</section>`;
  }
  const costed = rows[0]?.costUsd !== undefined;
  const few = categories.some((row) => row.few);
  const cells = (row: CategoryRow): readonly Content[] => [
    row.pooled === undefined ? row.category : `${count(row.pooled)} others`,
    row.few ? html`${count(row.records)} (few)` : count(row.records),
    percent(row.largeCallRate),
    points(row.referenceQuality),
    points(row.quality),
    estimateCell(row.loss, points),
    ...(costed ? [estimateCell(row.saving, percent, percentDigits)] : []),
  ];
  return html`<section aria-labelledby="categories">
<h2 id="categories">Categories</h2>
${htmlTable(
  `Quality from 0 to 100; lost and saved against always ${reference}`,
  [
    "category",
    "requests",
    kind === "pair" ? "large calls" : "reference calls",
    kind === "pair" ? "quality of large" : "quality of reference",
    "of the router",
    "lost",
    ...(costed ? ["saved"] : []),
  ],
  categories.map((row) => ({ kind: row.few ? ("few" as const) : undefined, cells: cells(row) })),
)}
<p class="note">Each interval is for one category: among many categories, one in twenty misses by chance.${
    few && " “Few” marks categories with fewer than 50 independent requests, of which little can be said."
  }</p>
</section>`;
}
