import { count, percent, percentDigits, points } from "../../src/plugin/format-number.ts";
import { fold } from "./fold.ts";
import { type Content, cut, html, type Markup, nameOf } from "./html.ts";
import { estimateCell, htmlTable } from "./html-table.ts";
import type { CategoryRow, Report } from "./report.ts";

/** Section on the categories. */
export function categorySection({ categories, reference, rows, kind }: Report): Markup {
  if (categories.length === 0) {
    return fold(
      "categories",
      "Categories",
      "none recorded",
      html`<p>The records have no <code>category</code>, so they cannot be told apart here.</p>`,
    );
  }
  const costed = rows[0]?.costUsd !== undefined;
  const few = categories.some((row) => row.few);
  const cells = (row: CategoryRow): readonly Content[] => [
    row.pooled === undefined ? nameOf(row.category) : `${count(row.pooled)} others`,
    row.few ? html`${count(row.records)} (few)` : count(row.records),
    percent(row.largeCallRate),
    points(row.referenceQuality),
    points(row.quality),
    estimateCell(row.loss, points),
    ...(costed ? [estimateCell(row.saving, percent, percentDigits)] : []),
  ];
  return fold(
    "categories",
    "Categories",
    worstOf(categories),
    html`${htmlTable(
      `Quality from 0 to 100; lost and saved against always ${cut(reference)}`,
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
    }</p>`,
  );
}

/** Names the category that loses most, among those that are not too small. */
function worstOf(categories: readonly CategoryRow[]): Content {
  const told = categories.filter(({ few, pooled }) => !few && pooled === undefined);
  const [worst] = [...told].sort((a, b) => b.loss.value - a.loss.value);
  return worst === undefined || worst.loss.value <= 0
    ? `${count(categories.length)} of them`
    : html`loses most: ${nameOf(worst.category)}, ${points(worst.loss.value)} points`;
}
