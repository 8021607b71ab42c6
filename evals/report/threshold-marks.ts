import { score } from "../../src/plugin/format-number.ts";
import type { PlotMaker } from "./load-plot.ts";

/** Draws a vertical line at each threshold with its label, on a plot over complexity. */
export function thresholdMarks(marks: PlotMaker["marks"], thresholds: readonly number[]): readonly object[] {
  return thresholds.flatMap((at) => {
    const right = at > 0.6;
    return [
      marks.ruleX([at], { stroke: "var(--ink)", strokeWidth: 1.4 }),
      marks.text([at], {
        x: [at],
        text: [`threshold ${score(at)}`],
        frameAnchor: "top",
        dx: right ? -6 : 6,
        dy: 2,
        textAnchor: right ? "end" : "start",
        ...haloed,
      }),
    ];
  });
}

/** Style of text that can be read over lines. */
export const haloed = { fill: "var(--ink)", stroke: "var(--card)", strokeWidth: 4 } as const;
