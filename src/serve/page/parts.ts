import { type Child, h, type PageElement } from "./element.ts";
import { isNumber } from "./format.ts";

/** Colour of what is in order, deserves a look, or is not. */
export type Tone = "" | "good" | "warn" | "bad";

export const card = (className: string, ...children: readonly Child[]): PageElement =>
  h("article", { class: `card ${className}` }, ...children);

export const empty = (text: string): PageElement => h("p", { class: "empty" }, text);

export const pill = (text: string, tone: string = ""): PageElement =>
  h("span", { class: `pill ${tone}` }, text);

export const title = (text: string, ...beside: readonly Child[]): PageElement => h("h2", {}, text, ...beside);

/** A name that someone else has chosen: its direction is its own. */
export const name = (text: string): PageElement => h("bdi", { class: "name", title: text }, text);

export const figure = (main: string, beside: string): PageElement =>
  h("p", { class: "figure" }, h("strong", {}, main), beside !== "" && h("span", {}, beside));

/** Two texts at the ends of a line. */
export const ends = (left: Child, right: Child): PageElement =>
  h("p", { class: "ends" }, left, h("span", {}, right));

/** The first cell of a row is its head. */
export function table(heads: readonly string[], rows: readonly (readonly Child[])[]): PageElement {
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)))),
    h(
      "tbody",
      {},
      ...rows.map(([first, ...cells]) =>
        h("tr", {}, h("th", { scope: "row" }, first), ...cells.map((cell) => h("td", {}, cell))),
      ),
    ),
  );
}

/** A wide table, which scrolls by itself where the page is too narrow for it. */
export function wideTable(
  label: string,
  heads: readonly string[],
  rows: readonly (readonly Child[])[],
): PageElement {
  return h("div", { class: "scroll", role: "region", "aria-label": label, tabindex: 0 }, table(heads, rows));
}

export interface Track {
  readonly label: string;
  readonly fill?: number | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly limit?: number | undefined;
  /** The value at the end of the track. */
  readonly most: number;
  readonly tone?: string;
}

/** A track with a filled part, an interval, and a limit. */
export function track({ label, fill, low, high, limit, most, tone = "" }: Track): PageElement {
  const scale = most > 0 ? 1 / most : 0;
  return h(
    "div",
    { class: `track ${tone}`, role: "img", "aria-label": label },
    isNumber(fill) && part("fill", 0, fill * scale),
    isNumber(low) && isNumber(high) && part("whisker", low * scale, high * scale),
    isNumber(limit) && part("limit", limit * scale, limit * scale),
  );
}

/** A part of a track, between two shares of it. */
function part(className: string, from: number, to: number): PageElement {
  const low = Math.min(1, Math.max(0, from));
  const high = Math.min(1, Math.max(low, to));
  return h("span", {
    class: className,
    style: { left: `${(100 * low).toFixed(2)}%`, width: `${(100 * (high - low)).toFixed(2)}%` },
  });
}
