import type { GuardStatus } from "../../../src/loop/index.ts";
import type { Markup } from "../html.ts";
import type { PlotMaker } from "../load-plot.ts";
import { haloed } from "../threshold-marks.ts";
import { differenceOf, marginDifference } from "./rollout-view.ts";

/** Smallest evidence that is drawn, and the largest. */
const leastEvidence = 0.01;
const mostEvidence = 1e6;

/** Draws the evidence of a guard over the pairs that were compared, with the bound from which it decides. */
export function evidencePlot(
  { marks, draw }: PlotMaker,
  guard: GuardStatus,
  width: number,
): Markup | undefined {
  const { points, alarmAt, name } = guard;
  if (points.length < 2) return undefined;
  const held = (evidence: number) => Math.min(mostEvidence, Math.max(leastEvidence, evidence));
  const lines = points.flatMap(({ pairs, harm, safe }) => [
    { pairs, evidence: held(harm), of: "harm" },
    { pairs, evidence: held(safe), of: "safe" },
  ]);
  const last = points.at(-1)?.pairs ?? 0;
  const bounds = boundsOf(guard).map((bound) => ({ ...bound, at: held(bound.at) }));
  const highest = Math.max(...bounds.map(({ at }) => at), ...lines.map(({ evidence }) => evidence)) * 3;
  const colour = { harm: "var(--no)", safe: "var(--go)" } as const;
  return draw(`Evidence of guard ${name} over ${last} pairs; it decides from ${alarmAt.toPrecision(2)} on.`, {
    ...sizeOf(width),
    x: {
      domain: [points[0]?.pairs ?? 0, last],
      label: "compared pairs",
      labelAnchor: "center",
      labelArrow: "none",
      ticks: 4,
    },
    y: {
      type: "log",
      domain: [leastEvidence, highest],
      label: "evidence",
      labelArrow: "none",
      ticks: 4,
      tickFormat: "~g",
      grid: true,
    },
    marks: [
      marks.ruleY([1], { stroke: "var(--faint)" }),
      marks.ruleY(bounds, { y: "at", stroke: "var(--ink)", strokeWidth: 1.4, strokeDasharray: "5 4" }),
      ...(["harm", "safe"] as const).map((of) =>
        marks.line(
          lines.filter((line) => line.of === of),
          {
            x: "pairs",
            y: "evidence",
            stroke: colour[of],
            strokeWidth: 2.2,
            strokeDasharray: of === "safe" ? "2 3" : "none",
          },
        ),
      ),
      marks.text(bounds, {
        x: points[0]?.pairs ?? 0,
        y: "at",
        text: "text",
        dx: 6,
        dy: -8,
        textAnchor: "start",
        ...haloed,
      }),
    ],
  });
}

interface Bound {
  readonly at: number;
  readonly text: string;
}

/** Times by which two bounds must differ, so that each has a label of its own. */
const apart = 2.5;

function boundsOf({ kind, alarmAt, safeAt }: GuardStatus): readonly Bound[] {
  const harm = { at: alarmAt, text: `harm: ${kind === "signal" ? "pauses" : "rolls back"}` };
  const safe = { at: safeAt, text: "no harm: may advance" };
  const ratio = Math.max(alarmAt, safeAt) / Math.min(alarmAt, safeAt);
  if (ratio === 1) return [{ at: alarmAt, text: "decides" }];
  return ratio < apart
    ? [
        { ...harm, text: "" },
        { ...safe, text: "" },
      ]
    : [harm, safe];
}

/** Draws the difference of the arms with its interval, and the margin. */
export function differencePlot(
  { marks, draw }: PlotMaker,
  guard: GuardStatus,
  width: number,
): Markup | undefined {
  const { points, name, difference } = guard;
  if (points.length < 2) return undefined;
  const scale = guard.unit === "usd" || guard.unit === "ms" ? 1 : 100;
  const rows = points.map(({ pairs, difference: middle, low = middle, high = middle }) => ({
    pairs,
    middle: scale * middle,
    low: scale * low,
    high: scale * high,
  }));
  const margin = marginDifference(guard);
  const margins = margin === undefined ? [] : [scale * margin];
  // The first intervals are so wide that nothing else could be seen: the last half of the points sets the scale.
  const late = rows.slice(Math.floor(rows.length / 2));
  const values = [0, ...margins, ...late.flatMap(({ low, high }) => [low, high])];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = 0.15 * (most - least || 1);
  const unit = guard.unit === "usd" ? "US dollars" : guard.unit === "ms" ? "ms" : "points";
  const last = points.at(-1)?.pairs ?? 0;
  return draw(`Difference of guard ${name}: ${differenceOf(guard, difference)} after ${last} pairs.`, {
    ...sizeOf(width),
    clip: true,
    x: {
      domain: [points[0]?.pairs ?? 0, last],
      label: "compared pairs",
      labelAnchor: "center",
      labelArrow: "none",
      ticks: 4,
    },
    y: {
      domain: [least - room, most + room],
      label: `candidate − control, ${unit}`,
      labelArrow: "none",
      ticks: 4,
      tickFormat: tickOf,
      grid: true,
    },
    marks: [
      marks.areaY(rows, {
        x: "pairs",
        y1: "low",
        y2: "high",
        fill: "var(--accent)",
        fillOpacity: 0.18,
        clip: true,
      }),
      marks.line(rows, { x: "pairs", y: "middle", stroke: "var(--accent)", strokeWidth: 2.2, clip: true }),
      marks.ruleY([0], { stroke: "var(--muted)" }),
      marks.ruleY(margins, { stroke: "var(--ink)", strokeWidth: 1.4, strokeDasharray: "5 4" }),
    ],
  });
}

/** Formats a tick: large numbers in short, so that they fit into the margin. */
function tickOf(value: number): string {
  return Math.abs(value) >= 1e4 ? value.toExponential(1) : String(Number(value.toPrecision(4)));
}

function sizeOf(width: number): Readonly<Record<string, number>> {
  return {
    width,
    height: Math.round(width * 0.62),
    marginTop: 28,
    marginRight: 18,
    marginBottom: 44,
    marginLeft: 48,
  };
}
