import { h, type PageElement } from "./element.ts";
import { isNumber } from "./format.ts";

type Values = readonly (number | null | undefined)[];

export interface Sequence {
  /** Says the same to those who do not see it. */
  readonly label: string;
  /** Numbers that the values belong to, such as of pairs. */
  readonly at: Values;
  readonly lines: readonly { readonly of: Values; readonly tone: string }[];
  /** Lower and upper edge of an area. */
  readonly area?: readonly [low: Values, high: Values] | undefined;
  readonly rules: readonly {
    readonly at: number;
    readonly tone: string;
    readonly text?: string | undefined;
  }[];
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  readonly low: number;
  readonly high: number;
}

/** Draws lines with an area and boundaries, and the values of its axis next to it. */
export function sequence({ label, at, lines, area, rules, ticks, low, high }: Sequence): PageElement {
  const y = (value: number): number => {
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return 100 * (1 - Math.min(1.1, Math.max(-0.1, share)));
  };
  const [first, last] = [at[0] ?? 0, at.at(-1) ?? 0];
  const x = (index: number): number =>
    last > first
      ? (100 * ((at[index] ?? first) - first)) / (last - first)
      : (100 * index) / Math.max(1, at.length - 1);
  const pointsOf = (values: Values): readonly string[] =>
    values.flatMap((value, index) =>
      isNumber(value) ? [`${x(index).toFixed(2)},${y(value).toFixed(2)}`] : [],
    );
  const isInside = (value: number): boolean => value >= low && value <= high;
  const textAt = (className: string, value: number, text: string): PageElement =>
    h("span", { class: className, "aria-hidden": "true", style: { top: `${y(value).toFixed(2)}%` } }, text);
  return h(
    "div",
    { class: "sequence" },
    h(
      "svg",
      { role: "img", "aria-label": label, viewBox: "0 0 100 100", preserveAspectRatio: "none" },
      area !== undefined &&
        h("polygon", {
          class: "area",
          points: [...pointsOf(area[1]), ...[...pointsOf(area[0])].reverse()].join(" "),
        }),
      ...rules.map((rule) => {
        const height = y(rule.at).toFixed(2);
        return h("line", { class: `rule ${rule.tone}`, x1: 0, x2: 100, y1: height, y2: height });
      }),
      ...lines.map(({ of, tone }) =>
        h("polyline", { class: `line ${tone}`, points: pointsOf(of).join(" ") }),
      ),
    ),
    ...ticks.filter((tick) => isInside(tick.at)).map((tick) => textAt("tick", tick.at, tick.text)),
    ...rules.map(
      (rule) => rule.text !== undefined && isInside(rule.at) && textAt("mark", rule.at, rule.text),
    ),
  );
}

/** Round numbers between two values, three to five. */
export function ticksBetween(low: number, high: number): readonly number[] {
  const room = high - low;
  if (!(room > 0) || !Number.isFinite(room)) return [];
  const rough = room / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((one) => one * power >= rough) ?? 10) * power;
  const from = Math.ceil(low / step);
  const ticks = Math.min(5, Math.floor(high / step) - from + 1);
  // Without the last bits of a product.
  return Array.from({ length: Math.max(0, ticks) }, (_, at) => Number(((from + at) * step).toPrecision(6)));
}
