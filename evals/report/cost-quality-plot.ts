import { showHidden } from "./escape-html.ts";
import { percent, points, score, usd } from "./format-number.ts";
import type { Markup } from "./html.ts";
import type { PlotMaker } from "./load-plot.ts";
import { alongLine, type Label, placeLabels } from "./place-labels.ts";
import { fromPixels, type PlotFrame, type Position, paddedRange, toPixels } from "./plot-frame.ts";
import type { Report, ReportRow } from "./report.ts";

/** A line with its label, a dot with its label: in data coordinates. */
interface Line {
  readonly text: string;
  readonly points: readonly Position[];
  readonly stroke: string;
  readonly dashes?: string | undefined;
}

interface Dot extends Position {
  readonly text: string;
  readonly row: ReportRow;
  readonly chosen: boolean;
}

/**
 * Quality over cost, or over the large-call rate where a cost is not known: the router at all thresholds
 * with its interval, the chosen point, and what it is compared with. `undefined` where neither is known.
 */
export function costQualityPlot(
  { marks, draw }: PlotMaker,
  report: Report,
  width: number,
): Markup | undefined {
  const axis = axisOf(report);
  if (axis === undefined) return undefined;
  const { xOf, label, format } = axis;
  const at = (point: Parameters<Axis["xOf"]>[0] & { readonly quality: number }): Position => ({
    x: xOf(point) ?? Number.NaN,
    y: 100 * point.quality,
  });
  const dots = report.rows.flatMap((row, index): readonly Dot[] => {
    const isModel = row.model !== undefined;
    if ((index > 0 && !isModel) || row.quality === undefined) return [];
    const x = axis.xOfRow(row);
    const text = index > 0 ? `always ${shortened(row.model ?? row.name)}` : chosenText(report);
    return x === undefined ? [] : [{ x, y: 100 * row.quality.value, text, row, chosen: index === 0 }];
  });
  const { router = [], length = [], oracle = [] } = report.curves ?? {};
  const models = dots.filter(({ chosen }) => !chosen);
  const oracleRow = report.rows.find(({ name }) => name === "oracle");
  const reference: readonly Line[] = [
    { text: "oracle", points: oracle.map(at), stroke: "var(--muted)", dashes: "1 4" },
    ...(report.kind === "pair"
      ? [{ text: "random", points: models, stroke: "var(--muted)", dashes: "5 4" }]
      : []),
    { text: "length", points: length.map(at), stroke: "var(--muted)" },
  ].filter((line) => line.points.length > 1);
  const ours: Line = {
    text: shortened(report.rows[0]?.name ?? ""),
    points: router.map(at),
    stroke: "var(--accent)",
  };
  const lines = router.length > 1 ? [...reference, ours] : reference;
  const band = router.flatMap((point) =>
    point.low === undefined || point.high === undefined
      ? []
      : [{ x: xOf(point) ?? Number.NaN, low: 100 * point.low, high: 100 * point.high }],
  );

  const spans = dots.flatMap(({ x, row: { quality } }) =>
    quality?.low === undefined || quality.high === undefined
      ? []
      : [{ x, low: 100 * quality.low, high: 100 * quality.high }],
  );
  const all = [...lines.flatMap((line) => line.points), ...dots];
  const level = oracle.length === 0 && oracleRow?.quality ? 100 * oracleRow.quality.value : undefined;
  const heights = [
    ...all.map(({ y }) => y),
    ...spans.flatMap(({ low, high }) => [low, high]),
    ...(level ? [level] : []),
  ];
  const frame: PlotFrame = {
    width,
    height: Math.round(width < 500 ? width * 0.92 : width * 0.56),
    marginTop: 34,
    marginRight: 18,
    marginBottom: 46,
    marginLeft: 42,
    x: paddedRange(
      all.map(({ x }) => x),
      0.05,
    ),
    y: paddedRange(heights, 0.07),
  };
  const pixels = (points: readonly Position[]): readonly Position[] =>
    points.map((point) => toPixels(frame, point));
  const obstacles = [
    ...lines.flatMap(({ points }) => alongLine(pixels(points))),
    ...dots.flatMap((dot) => [...ringAround(toPixels(frame, dot))]),
    ...spans.flatMap(({ x, low, high }) =>
      alongLine(
        pixels([
          { x, y: low },
          { x, y: high },
        ]),
      ),
    ),
  ];
  const labels: readonly Label[] = [
    ...dots.filter(({ chosen }) => chosen).map((dot) => ({ text: dot.text, anchors: pixels([dot]) })),
    ...models.map((dot) => ({ text: dot.text, anchors: pixels([dot]) })),
    ...lines.map(({ text, points }) => ({ text, anchors: inner(alongLine(pixels(points), 12)) })),
    ...(level === undefined
      ? []
      : [
          {
            text: "oracle",
            anchors: pixels([{ x: frame.x[0] + 0.1 * (frame.x[1] - frame.x[0]), y: level }]),
          },
        ]),
  ];
  const placed = placeLabels(labels, obstacles, frame).map((one) => ({ ...one, ...fromPixels(frame, one) }));
  const emphasised = new Set([ours.text, dots[0]?.chosen ? dots[0].text : ""]);

  const chosen = dots.filter((dot) => dot.chosen);
  return draw(describe(report, label), {
    ...frame,
    x: {
      domain: frame.x,
      label,
      labelAnchor: "center",
      labelArrow: "none",
      ticks: width < 500 ? 4 : 7,
      tickFormat: format,
    },
    y: { domain: frame.y, label: "quality, 0 to 100", labelArrow: "none", ticks: 6, grid: true },
    marks: [
      marks.areaY(band, { x: "x", y1: "low", y2: "high", fill: "var(--accent)", fillOpacity: 0.14 }),
      ...(level === undefined
        ? []
        : [marks.ruleY([level], { stroke: "var(--muted)", strokeDasharray: "1 4" })]),
      ...lines.map(({ points, stroke, dashes }) =>
        marks.line(points, {
          x: "x",
          y: "y",
          stroke,
          strokeWidth: stroke === "var(--accent)" ? 2.2 : 1.3,
          strokeDasharray: dashes,
        }),
      ),
      marks.ruleX(spans, { x: "x", y1: "low", y2: "high", stroke: "var(--ink)", strokeWidth: 1.4 }),
      marks.dot(models, {
        x: "x",
        y: "y",
        r: 4,
        fill: "var(--paper)",
        stroke: "var(--ink)",
        strokeWidth: 1.6,
      }),
      marks.dot(chosen, {
        x: "x",
        y: "y",
        r: 6.5,
        fill: "var(--accent)",
        stroke: "var(--paper)",
        strokeWidth: 2,
      }),
      ...(["start", "middle", "end"] as const).flatMap((textAnchor) =>
        [true, false].map((strong) =>
          marks.text(
            placed.filter((one) => one.textAnchor === textAnchor && emphasised.has(one.text) === strong),
            {
              x: "x",
              y: "y",
              text: "text",
              textAnchor,
              fill: strong ? "var(--accent-ink)" : "var(--ink)",
              fontWeight: strong ? 600 : 400,
              stroke: "var(--paper)",
              strokeWidth: 4,
            },
          ),
        ),
      ),
    ],
  });
}

interface Axis {
  readonly label: string;
  readonly xOf: (point: {
    readonly costUsd?: number | undefined;
    readonly largeCallRate?: number | undefined;
  }) => number | undefined;
  readonly xOfRow: (row: ReportRow) => number | undefined;
  readonly format: (value: number) => string;
}

function axisOf({ rows, reference, kind }: Report): Axis | undefined {
  if (rows[0]?.costUsd !== undefined) {
    const most = Math.max(...rows.map(({ costUsd }) => 1_000 * (costUsd?.value ?? 0)));
    const decimals = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(most || 1))));
    return {
      label: "cost of 1,000 requests in US dollars",
      xOf: ({ costUsd }) => (costUsd === undefined ? undefined : 1_000 * costUsd),
      xOfRow: ({ costUsd }) => (costUsd === undefined ? undefined : 1_000 * costUsd.value),
      format: (value) => `$${value.toFixed(decimals)}`,
    };
  }
  if (kind === "router") return undefined;
  return {
    label: `requests to ${shortened(reference)}`,
    xOf: ({ largeCallRate }) => (largeCallRate === undefined ? undefined : 100 * largeCallRate),
    xOfRow: ({ largeCallRate }) => (largeCallRate === undefined ? undefined : 100 * largeCallRate.value),
    format: (value) => `${value} %`,
  };
}

function chosenText({ thresholds, rows }: Report): string {
  const [at] = thresholds;
  return thresholds.length === 1 && at !== undefined
    ? `threshold ${score(at)}`
    : shortened(rows[0]?.name ?? "");
}

function describe({ rows, reference }: Report, label: string): string {
  const ours = rows[0];
  const cost = ours?.costUsd === undefined ? "" : ` at ${usd(1_000 * ours.costUsd.value)} for 1,000 requests`;
  const rate =
    ours?.largeCallRate === undefined
      ? ""
      : `, ${percent(ours.largeCallRate.value)} of requests to ${reference}`;
  return showHidden(
    `Quality over ${label}. The router: ${points(ours?.quality?.value ?? 0)} of 100${cost}${rate}. The table below has all values.`,
  );
}

/** The ends of a line belong to its dots. */
function inner(line: readonly Position[]): readonly Position[] {
  return line.slice(Math.floor(line.length * 0.12), Math.ceil(line.length * 0.88));
}

function ringAround({ x, y }: Position): readonly Position[] {
  return [-6, 0, 6].flatMap((dx) => [-6, 0, 6].map((dy) => ({ x: x + dx, y: y + dy })));
}

/** A name that fits beside a point. */
export function shortened(name: string): string {
  const shown = showHidden(name);
  return shown.length <= 26 ? shown : `${shown.slice(0, 12)}…${shown.slice(-13)}`;
}
