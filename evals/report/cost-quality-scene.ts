import { score } from "../../src/plugin/format-number.ts";
import type { Position } from "./plot-frame.ts";
import type { Report, ReportRow } from "./report.ts";
import { shortName } from "./short-name.ts";

/** Content of a plot of quality over cost, in its coordinates: quality from 0 to 100. */
export interface Scene {
  readonly axis: Axis;
  readonly lines: readonly SceneLine[];
  /** Dots, the chosen point first. */
  readonly dots: readonly SceneDot[];
  /** Interval of the router's curve. */
  readonly band: readonly Span[];
  /** Quality of the oracle if it has no curve. */
  readonly level?: number | undefined;
}

export interface Axis {
  readonly label: string;
  readonly format: (value: number) => string;
}

export interface SceneLine {
  readonly text: string;
  readonly points: readonly Position[];
  readonly kind: "router" | "length" | "random" | "oracle";
}

export interface SceneDot extends Position {
  readonly text: string;
  readonly chosen: boolean;
  readonly low: number;
  readonly high: number;
}

export interface Span {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** Builds the content of the plot; `undefined` if neither costs nor a large-call rate are known. */
export function costQualityScene(report: Report): Scene | undefined {
  const { rows, curves, kind } = report;
  const axis = axisOf(report);
  if (axis === undefined) return undefined;
  const { xOf, ...shown } = axis;
  const at = (point: Place & { readonly quality: number }): Position => ({
    x: xOf(point) ?? Number.NaN,
    y: 100 * point.quality,
  });
  const dots = rows.flatMap((row, index): readonly SceneDot[] => {
    const { quality, model } = row;
    const x = xOf({ costUsd: row.costUsd?.value, largeCallRate: row.largeCallRate?.value });
    if (quality === undefined || x === undefined || (index > 0 && model === undefined)) return [];
    const { value, low = value, high = value } = quality;
    const text = index === 0 ? chosenText(report) : `always ${shortName(model ?? "")}`;
    return [{ x, y: 100 * value, low: 100 * low, high: 100 * high, text, chosen: index === 0 }];
  });
  const models = dots.filter(({ chosen }) => !chosen);
  const lines: readonly SceneLine[] = [
    { kind: "oracle", text: "oracle", points: (curves?.oracle ?? []).map(at) },
    { kind: "random", text: "random", points: kind === "pair" ? models : [] },
    { kind: "length", text: "length", points: (curves?.length ?? []).map(at) },
    { kind: "router", text: shortName(curves?.name ?? ""), points: (curves?.router ?? []).map(at) },
  ];
  const band = (curves?.router ?? []).flatMap((point): readonly Span[] =>
    point.low === undefined || point.high === undefined
      ? []
      : [{ x: xOf(point) ?? Number.NaN, low: 100 * point.low, high: 100 * point.high }],
  );
  const oracle = rows.find(({ name }) => name === "oracle")?.quality?.value;
  return {
    axis: shown,
    lines: lines.filter(({ points }) => points.length > 1),
    dots,
    band,
    level: curves !== undefined || oracle === undefined ? undefined : 100 * oracle,
  };
}

interface Place {
  readonly costUsd?: number | undefined;
  readonly largeCallRate?: number | undefined;
}

function axisOf({
  rows,
  reference,
  kind,
}: Report): (Axis & { readonly xOf: (place: Place) => number | undefined }) | undefined {
  if (rows[0]?.costUsd !== undefined) {
    const dearest = Math.max(...rows.map(({ costUsd }: ReportRow) => 1_000 * (costUsd?.value ?? 0)));
    const decimals = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(dearest || 1))));
    return {
      label: "cost of 1,000 requests in US dollars",
      format: (value) => `$${value.toFixed(decimals)}`,
      xOf: ({ costUsd }) => (costUsd === undefined ? undefined : 1_000 * costUsd),
    };
  }
  if (kind === "router") return undefined;
  return {
    label: `requests to ${shortName(reference)}`,
    format: (value) => `${value} %`,
    xOf: ({ largeCallRate }) => (largeCallRate === undefined ? undefined : 100 * largeCallRate),
  };
}

function chosenText({ thresholds, rows }: Report): string {
  const [at] = thresholds;
  return at === undefined ? shortName(rows[0]?.name ?? "") : `threshold ${score(at)}`;
}
