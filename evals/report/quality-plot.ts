import type { Markup } from "./html.ts";
import type { PlotMaker } from "./load-plot.ts";
import { paddedRange } from "./plot-frame.ts";
import type { Report } from "./report.ts";
import { shortName } from "./short-name.ts";

/**
 * Draws quality alone, a line for each router, if costs are not known and more than two models are called.
 */
export function qualityPlot({ marks, draw }: PlotMaker, { rows }: Report, width: number): Markup {
  const dots = rows.flatMap(({ name, model, quality }, index) => {
    if (quality === undefined) return [];
    const { value, low = value, high = value } = quality;
    const text = model === undefined ? shortName(name) : `always ${shortName(model)}`;
    // A line of its own even for two with the same name.
    return [{ line: index, text, x: 100 * value, low: 100 * low, high: 100 * high, ours: index === 0 }];
  });
  const domain = paddedRange(
    dots.flatMap(({ low, high }) => [low, high]),
    0.06,
  );
  return draw("Quality of the router and of what it is compared with. The table below has all values.", {
    width,
    height: 60 + 30 * dots.length,
    marginTop: 12,
    marginRight: 18,
    marginBottom: 46,
    marginLeft: Math.min(190, 14 + 7 * Math.max(...dots.map(({ text }) => text.length))),
    x: {
      domain,
      label: "quality, 0 to 100",
      labelAnchor: "center",
      labelArrow: "none",
      ticks: 5,
      grid: true,
    },
    y: {
      domain: dots.map(({ line }) => line),
      type: "band",
      label: null,
      tickSize: 0,
      tickFormat: (line: number) => dots.find((dot) => dot.line === line)?.text ?? "",
    },
    marks: [
      marks.ruleY(dots, { y: "line", x1: "low", x2: "high", stroke: "var(--ink)", strokeWidth: 1.4 }),
      marks.dot(dots, {
        x: "x",
        y: "line",
        r: 4,
        fill: (dot: { readonly ours: boolean }) => (dot.ours ? "var(--accent)" : "var(--card)"),
        stroke: "var(--ink)",
        strokeWidth: 1.6,
      }),
    ],
  });
}
