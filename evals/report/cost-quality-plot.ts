import { percent, points, usd } from "../../src/plugin/format-number.ts";
import { costQualityScene, type Scene, type SceneLine } from "./cost-quality-scene.ts";
import type { Markup } from "./html.ts";
import type { PlotMaker } from "./load-plot.ts";
import { alongLine, type Label, type Obstacle, type PlacedLabel, placeLabels } from "./place-labels.ts";
import { fromPixels, type PlotFrame, type Position, paddedRange, toPixels } from "./plot-frame.ts";
import type { Report } from "./report.ts";
import { haloed } from "./threshold-marks.ts";

const styles: Readonly<Record<SceneLine["kind"], object>> = {
  router: { stroke: "var(--accent)", strokeWidth: 2.2 },
  length: { stroke: "var(--muted)", strokeWidth: 1.3 },
  random: { stroke: "var(--muted)", strokeWidth: 1.3, strokeDasharray: "5 4" },
  oracle: { stroke: "var(--muted)", strokeWidth: 1.3, strokeDasharray: "1 4" },
};

/**
 * Draws quality over cost, or over the large-call rate if a cost is not known: the router at all thresholds
 * with its interval, the chosen point, and the routers that it is compared with. `undefined` if neither is
 * known.
 */
export function costQualityPlot(
  { marks, draw }: PlotMaker,
  report: Report,
  width: number,
): Markup | undefined {
  const scene = costQualityScene(report);
  if (scene === undefined) return undefined;
  const { axis, lines, dots, band, level } = scene;
  const frame = frameOf(scene, width);
  const labels = labelsOf(scene, frame);
  const isOurs = ({ text }: PlacedLabel): boolean =>
    text === dots.find(({ chosen }) => chosen)?.text ||
    text === lines.find(({ kind }) => kind === "router")?.text;
  const texts = (strong: boolean, textAnchor: PlacedLabel["textAnchor"]): object =>
    marks.text(
      labels
        .filter((label) => label.textAnchor === textAnchor && isOurs(label) === strong)
        .map((label) => ({ text: label.text, ...fromPixels(frame, label) })),
      { x: "x", y: "y", text: "text", textAnchor, ...haloed, ...(strong ? emphasis : {}) },
    );
  return draw(describe(report, axis.label), {
    ...frame,
    x: {
      domain: frame.x,
      label: axis.label,
      labelAnchor: "center",
      labelArrow: "none",
      ticks: width < 500 ? 4 : 7,
      tickFormat: axis.format,
    },
    y: { domain: frame.y, label: "quality, 0 to 100", labelArrow: "none", ticks: 6, grid: true },
    marks: [
      marks.areaY(band, { x: "x", y1: "low", y2: "high", fill: "var(--accent)", fillOpacity: 0.14 }),
      marks.ruleY(level === undefined ? [] : [level], styles.oracle),
      ...lines.map(({ points, kind }) => marks.line(points, { x: "x", y: "y", ...styles[kind] })),
      marks.ruleX(
        labels.flatMap(({ leader }) => (leader === undefined ? [] : [leaderIn(frame, leader)])),
        { x: "x", y1: "from", y2: "to", stroke: "var(--muted)", strokeWidth: 0.8 },
      ),
      marks.ruleX(dots, { x: "x", y1: "low", y2: "high", stroke: "var(--ink)", strokeWidth: 1.4 }),
      marks.dot(
        dots.filter(({ chosen }) => !chosen),
        { x: "x", y: "y", r: 4, fill: "var(--card)", stroke: "var(--ink)", strokeWidth: 1.6 },
      ),
      marks.dot(
        dots.filter(({ chosen }) => chosen),
        { x: "x", y: "y", r: 6.5, fill: "var(--accent)", stroke: "var(--card)", strokeWidth: 2 },
      ),
      ...(["start", "middle", "end"] as const).flatMap((anchor) => [
        texts(false, anchor),
        texts(true, anchor),
      ]),
    ],
  });
}

function leaderIn(frame: PlotFrame, { x, from, to }: NonNullable<PlacedLabel["leader"]>): object {
  const start = fromPixels(frame, { x, y: from });
  return { x: start.x, from: start.y, to: fromPixels(frame, { x, y: to }).y };
}

const emphasis = { fill: "var(--accent-ink)", fontWeight: 600 } as const;

function frameOf({ lines, dots, level }: Scene, width: number): PlotFrame {
  const shown = [...lines.flatMap(({ points }) => points), ...dots];
  const heights = [
    ...shown.map(({ y }) => y),
    ...dots.flatMap(({ low, high }) => [low, high]),
    ...(level === undefined ? [] : [level]),
  ];
  return {
    width,
    height: Math.round(width < 500 ? width * 0.92 : width * 0.54),
    marginTop: 34,
    marginRight: 18,
    marginBottom: 46,
    marginLeft: 42,
    x: paddedRange(
      shown.map(({ x }) => x),
      0.05,
    ),
    y: paddedRange(heights, 0.07),
  };
}

function labelsOf({ lines, dots, level }: Scene, frame: PlotFrame): readonly PlacedLabel[] {
  const pixels = (line: readonly Position[]): readonly Position[] =>
    line.map((point) => toPixels(frame, point));
  const obstacles: readonly Obstacle[] = [
    ...lines.flatMap(({ points }) => alongLine(pixels(points))).map((at) => ({ ...at, weight: 1 })),
    ...dots
      .flatMap(({ x, low, high }) =>
        alongLine(
          pixels([
            { x, y: low },
            { x, y: high },
          ]),
        ),
      )
      .map((at) => ({ ...at, weight: 2 })),
    ...pixels(dots)
      .flatMap(ringAround)
      .map((at) => ({ ...at, weight: 8 })),
  ];
  const besideDots: readonly Label[] = dots.map((dot) => ({ text: dot.text, anchors: pixels([dot]) }));
  const alongLines: readonly Label[] = lines.map(({ text, points, kind }) => {
    const anchors = alongLine(pixels(points), 12);
    // At the end of the oracle's line there is only a label; the ends of other lines belong to their dots.
    if (kind === "oracle") return { text, anchors: anchors.slice(-1) };
    return {
      text,
      anchors: anchors.slice(Math.floor(anchors.length * 0.12), Math.ceil(anchors.length * 0.88)),
    };
  });
  const leftmost = frame.x[0] + 0.1 * (frame.x[1] - frame.x[0]);
  const ofLevel =
    level === undefined ? [] : [{ text: "oracle", anchors: pixels([{ x: leftmost, y: level }]) }];
  return placeLabels([...besideDots, ...alongLines, ...ofLevel], obstacles, frame);
}

function ringAround({ x, y }: Position): readonly Position[] {
  return [-6, 0, 6].flatMap((dx) => [-6, 0, 6].map((dy) => ({ x: x + dx, y: y + dy })));
}

function describe({ rows, reference }: Report, label: string): string {
  const ours = rows[0];
  const cost = ours?.costUsd === undefined ? "" : ` at ${usd(1_000 * ours.costUsd.value)} for 1,000 requests`;
  const rate =
    ours?.largeCallRate === undefined
      ? ""
      : `, ${percent(ours.largeCallRate.value)} of requests to ${reference}`;
  return `Quality over ${label}. The router: ${points(ours?.quality?.value ?? 0)} of 100${cost}${rate}. The table below has all values.`;
}
