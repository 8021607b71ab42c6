import { type Edges, edgesOf, type PlotFrame, type Position } from "./plot-frame.ts";

/** Text next to a point or along a line, in pixels. */
export interface Label {
  readonly text: string;
  /** Points next to which it may be placed: one, or those of a line. */
  readonly anchors: readonly Position[];
}

export interface PlacedLabel extends Position {
  readonly text: string;
  readonly textAnchor: "start" | "middle" | "end";
  /** Vertical line from the point to the text, if the text is too far away to be attributed. */
  readonly leader?: { readonly x: number; readonly from: number; readonly to: number } | undefined;
}

const lineHeight = 16;
/** Average width of a character of a system font at 12 px, rather too large. */
const characterWidth = 6.6;
/** Chinese, Japanese and Korean characters, and emoji: twice as wide. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;
const gap = 9;
/** Weight of lines so near that a label seems to belong to them, compared to covering them. */
const near = 8;
const nearCost = 0.2;

/** Positions around an anchor: above, below, to the sides, and the corners. */
const sides: readonly {
  readonly textAnchor: PlacedLabel["textAnchor"];
  readonly dx: number;
  readonly dy: number;
}[] = [
  { textAnchor: "middle", dx: 0, dy: -gap - 5 },
  { textAnchor: "middle", dx: 0, dy: gap + 5 },
  { textAnchor: "start", dx: gap, dy: 0 },
  { textAnchor: "end", dx: -gap, dy: 0 },
  { textAnchor: "start", dx: gap - 3, dy: gap + 3 },
  { textAnchor: "end", dx: 3 - gap, dy: -gap - 3 },
  { textAnchor: "start", dx: gap - 3, dy: -gap - 3 },
  { textAnchor: "end", dx: 3 - gap, dy: gap + 3 },
  { textAnchor: "end", dx: gap, dy: -3 * gap },
  { textAnchor: "end", dx: gap, dy: 3 * gap },
  { textAnchor: "start", dx: -gap, dy: -3 * gap },
  { textAnchor: "start", dx: -gap, dy: 3 * gap },
  { textAnchor: "end", dx: gap, dy: -5 * gap },
  { textAnchor: "end", dx: gap, dy: 5 * gap },
  { textAnchor: "start", dx: -gap, dy: -5 * gap },
  { textAnchor: "start", dx: -gap, dy: 5 * gap },
];

/** Position that a label should not cover: `weight` is its importance. */
export interface Obstacle extends Position {
  readonly weight: number;
}

/**
 * Places labels one after another where they cover the least of the `obstacles` (points along what is drawn)
 * and none of each other, inside the frame. Bounded: labels x anchors x sides x obstacles.
 */
export function placeLabels(
  labels: readonly Label[],
  obstacles: readonly Obstacle[],
  frame: PlotFrame,
): readonly PlacedLabel[] {
  const { left, top, bottom } = edgesOf(frame);
  const placed: Edges[] = [];
  return labels.flatMap(({ text, anchors }) => {
    let best: { readonly label: PlacedLabel; readonly box: Edges; readonly cost: number } | undefined;
    for (const anchor of anchors) {
      for (const [order, { textAnchor, dx, dy }] of sides.entries()) {
        const label = { text, textAnchor, x: anchor.x + dx, y: anchor.y + dy, leader: leaderOf(anchor, dy) };
        const box = boxOf(label);
        const outside =
          box.left < left || box.right > frame.width - 2 || box.top < top - 4 || box.bottom > bottom;
        const overlapping = placed.filter((other) => overlaps(box, other)).length;
        const fixed = (outside ? 1e6 : 0) + 1e3 * overlapping;
        // Counting the obstacles takes most of the time.
        if (best !== undefined && fixed + order / 10 >= best.cost) continue;
        const covered = coveredBy(box, obstacles);
        const cost = fixed + 10 * covered + order / 10;
        if (best === undefined || cost < best.cost) best = { label, box, cost };
      }
    }
    if (best === undefined) return [];
    placed.push(best.box);
    return [best.label];
  });
}

function boxOf({ text, textAnchor, x, y }: PlacedLabel): Edges {
  const width =
    [...text].reduce((sum, character) => sum + (wide.test(character) ? 2 : 1), 0) * characterWidth;
  const left = textAnchor === "start" ? x : textAnchor === "end" ? x - width : x - width / 2;
  return { left, right: left + width, top: y - lineHeight / 2, bottom: y + lineHeight / 2 };
}

function leaderOf({ x, y }: Position, dy: number): PlacedLabel["leader"] {
  const towards = Math.sign(dy);
  return Math.abs(dy) < 3 * gap
    ? undefined
    : { x, from: y + towards * gap, to: y + dy - (towards * lineHeight) / 2 };
}

/** Weight of the obstacles in a box, and of those near it. */
function coveredBy(box: Edges, obstacles: readonly Obstacle[]): number {
  const [left, right, top, bottom] = [box.left - 2, box.right + 2, box.top - 1, box.bottom + 1];
  let covered = 0;
  for (const { x, y, weight } of obstacles) {
    if (!(x > left && x < right && y > top - near && y < bottom + near)) continue;
    covered += weight * (y > top && y < bottom ? 1 : nearCost);
  }
  return covered;
}

function overlaps(a: Edges, b: Edges): boolean {
  return a.left < b.right + 6 && b.left < a.right + 6 && a.top < b.bottom + 2 && b.top < a.bottom + 2;
}

/** Points along a polyline, no farther apart than `step`, which labels must not cover. */
export function alongLine(line: readonly Position[], step = 5): readonly Position[] {
  return line.flatMap((to, index) => {
    const from = line[index - 1];
    if (from === undefined) return [to];
    const parts = Math.max(1, Math.min(400, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / step)));
    return Array.from({ length: parts }, (_, part) => ({
      x: from.x + ((part + 1) / parts) * (to.x - from.x),
      y: from.y + ((part + 1) / parts) * (to.y - from.y),
    }));
  });
}
