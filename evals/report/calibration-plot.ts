import type { Markup } from "./html.ts";
import type { PlotMaker } from "./load-plot.ts";
import { paddedRange } from "./plot-frame.ts";
import type { Bin } from "./report.ts";
import { shortName } from "./short-name.ts";
import { thresholdMarks } from "./threshold-marks.ts";

const margins = { marginTop: 34, marginRight: 18, marginBottom: 46, marginLeft: 42 };

/** Draws estimated against measured quality of one model, bin by bin, with the line of equality. */
export function qualityCalibrationPlot(
  { marks, draw }: PlotMaker,
  model: string,
  bins: readonly Bin[],
  width: number,
): Markup {
  const dots = bins.map(scaled((estimated) => 100 * estimated));
  const [low, high] = paddedRange(
    dots.flatMap(({ x, y, low, high }) => [x, y, low, high]),
    0.06,
  );
  const domain = [Math.max(-2, low), Math.min(102, high)];
  return draw(`Measured over estimated quality of ${model}; the table below has all values.`, {
    ...margins,
    width,
    height: width,
    x: { domain, label: "estimated quality", labelAnchor: "center", labelArrow: "none", ticks: 5 },
    y: { domain, label: `measured quality of ${shortName(model)}`, labelArrow: "none", ticks: 5, grid: true },
    marks: [
      marks.line(
        domain.map((at) => ({ at })),
        {
          x: "at",
          y: "at",
          stroke: "var(--muted)",
          strokeDasharray: "5 4",
        },
      ),
      ...dotsOf(marks, dots),
    ],
  });
}

/** Draws the large model's gain in quality over complexity. */
export function gainPlot(
  { marks, draw }: PlotMaker,
  large: string,
  bins: readonly Bin[],
  thresholds: readonly number[],
  width: number,
): Markup {
  const dots = bins.map(scaled((complexity) => complexity));
  const y = paddedRange([0, ...dots.flatMap(({ low, high }) => [low, high])], 0.08);
  return draw(`Quality gained by ${large} over complexity; the table below has all values.`, {
    ...margins,
    width,
    height: Math.round(width < 500 ? width * 0.7 : width * 0.4),
    x: { domain: [0, 1], label: "complexity", labelAnchor: "center", labelArrow: "none", ticks: 5 },
    y: {
      domain: y,
      label: `points of quality gained by ${shortName(large)}`,
      labelArrow: "none",
      ticks: 5,
      grid: true,
    },
    marks: [
      marks.ruleY([0], { stroke: "var(--muted)" }),
      ...thresholdMarks(marks, thresholds),
      ...dotsOf(marks, dots),
    ],
  });
}

interface Measured {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

function scaled(toX: (estimated: number) => number): (bin: Bin) => Measured {
  return ({ estimated, measured: { value, low = value, high = value } }) => ({
    x: toX(estimated),
    y: 100 * value,
    low: 100 * low,
    high: 100 * high,
  });
}

function dotsOf(marks: PlotMaker["marks"], dots: readonly Measured[]): readonly object[] {
  return [
    marks.ruleX(dots, { x: "x", y1: "low", y2: "high", stroke: "var(--accent)", strokeWidth: 1.6 }),
    marks.dot(dots, { x: "x", y: "y", r: 4, fill: "var(--accent)", stroke: "var(--card)", strokeWidth: 1 }),
  ];
}
