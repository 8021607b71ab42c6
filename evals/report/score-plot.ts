import { score } from "../../src/plugin/format-number.ts";
import type { Markup } from "./html.ts";
import type { PlotMaker } from "./load-plot.ts";
import type { Report } from "./report.ts";
import { shortName } from "./short-name.ts";
import { haloed, thresholdMarks } from "./threshold-marks.ts";

/** Draws the number of requests over complexity, and how many of them call the reference. */
export function scorePlot({ marks, draw }: PlotMaker, report: Report, width: number): Markup | undefined {
  const { scores, thresholds, reference } = report;
  if (scores === undefined) return undefined;
  const total = scores.reduce((sum, { records }) => sum + records, 0);
  const share = (records: number): number => (100 * records) / total;
  const bars = scores.map(({ from, to, records, toReference }) => ({
    from,
    to,
    all: share(records),
    large: share(toReference),
  }));
  const highest = Math.max(...bars.map(({ all }) => all)) * 1.18;
  const inside = { insetLeft: 1, insetRight: 1 };
  const label = `Distribution of complexity over ${total} records; ${thresholds.map((at) => `threshold ${score(at)}`).join(", ")}.`;
  return draw(label, {
    width,
    height: Math.round(width < 500 ? width * 0.62 : width * 0.32),
    marginTop: 34,
    marginRight: 18,
    marginBottom: 46,
    marginLeft: 42,
    x: { domain: [0, 1], label: "complexity", labelAnchor: "center", labelArrow: "none", ticks: 5 },
    y: { domain: [0, highest], label: "% of requests", labelArrow: "none", ticks: 4, grid: true },
    marks: [
      marks.rectY(bars, { x1: "from", x2: "to", y1: "large", y2: "all", fill: "var(--faint)", ...inside }),
      marks.rectY(bars, { x1: "from", x2: "to", y1: 0, y2: "large", fill: "var(--accent)", ...inside }),
      marks.ruleY([0], { stroke: "var(--muted)" }),
      ...thresholdMarks(marks, thresholds),
      marks.text(thresholds.length === 1 ? [1] : [], {
        x: [1],
        text: [`to ${shortName(reference)}`],
        frameAnchor: "top",
        dy: 19,
        textAnchor: "end",
        ...haloed,
        fill: "var(--accent-ink)",
        fontWeight: 600,
      }),
    ],
  });
}
