import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alongLine, placeLabels } from "../../../evals/report/place-labels.ts";
import { fromPixels, type PlotFrame, toPixels } from "../../../evals/report/plot-frame.ts";
import { runs } from "../../support/runs.ts";

const frame: PlotFrame = {
  width: 800,
  height: 450,
  marginTop: 30,
  marginRight: 20,
  marginBottom: 40,
  marginLeft: 40,
  x: [0, 1],
  y: [50, 100],
};

describe("placeLabels", () => {
  it("moves a label off the line that runs above its point", () => {
    const point = { x: 400, y: 200 };
    const line = alongLine([
      { x: 40, y: 186 },
      { x: 780, y: 186 },
    ]);
    const [free] = placeLabels([{ text: "here", anchors: [point] }], [], frame);
    const [moved] = placeLabels(
      [{ text: "here", anchors: [point] }],
      line.map((at) => ({ ...at, weight: 1 })),
      frame,
    );
    expect(free).toMatchObject({ x: 400, y: 186 });
    expect(moved).toMatchObject({ x: 400, y: 214 });
  });

  it("keeps off what is beside a line of another, and leads to a point from afar", () => {
    const point = { x: 400, y: 200 };
    const beside = alongLine([
      { x: 40, y: 172 },
      { x: 780, y: 172 },
    ]).map((at) => ({ ...at, weight: 1 }));
    const [label] = placeLabels([{ text: "here", anchors: [point] }], beside, frame);
    expect(label).toMatchObject({ y: 214, leader: undefined });
    const around = [-16, 0, 16].flatMap((dy) =>
      alongLine([
        { x: 200, y: 200 + dy },
        { x: 600, y: 200 + dy },
      ]).map((at) => ({ ...at, weight: 8 })),
    );
    const [far] = placeLabels([{ text: "here", anchors: [point] }], around, frame);
    expect(far?.leader).toEqual({ x: 400, from: 191, to: 163 });
    expect(far?.y).toBe(155);
  });

  it("leaves room for wide characters at the edge of the frame", () => {
    const anchors = [{ x: 720, y: 200 }];
    const [narrow] = placeLabels([{ text: "a".repeat(14), anchors }], [], frame);
    const [wide] = placeLabels([{ text: "漢".repeat(14), anchors }], [], frame);
    expect(narrow?.textAnchor).toBe("middle");
    expect(wide?.textAnchor).toBe("end");
  });

  it("keeps labels inside the frame, and two of one point apart", () => {
    const position = fc.record({
      x: fc.integer({ min: 60, max: 760 }),
      y: fc.integer({ min: 60, max: 380 }),
    });
    fc.assert(
      fc.property(position, (anchor) => {
        const placed = placeLabels(
          [
            { text: "one label", anchors: [anchor] },
            { text: "another label", anchors: [anchor] },
          ],
          [],
          frame,
        );
        const boxes = placed.map(({ text, textAnchor, x, y }) => {
          const width = text.length * 6.6;
          const left = x - (textAnchor === "end" ? width : textAnchor === "middle" ? width / 2 : 0);
          return { left, right: left + width, y };
        });
        for (const { left, right } of boxes) expect(left >= 40 && right <= 800).toBe(true);
        const [a, b] = boxes;
        const apart =
          a !== undefined &&
          b !== undefined &&
          (a.right < b.left || b.right < a.left || Math.abs(a.y - b.y) >= 14);
        expect(apart).toBe(true);
      }),
      { numRuns: runs(100, 5_000) },
    );
  });

  it("has scales that are each other's inverse", () => {
    const at = { x: 0.3, y: 72 };
    const back = fromPixels(frame, toPixels(frame, at));
    expect(back.x).toBeCloseTo(at.x, 12);
    expect(back.y).toBeCloseTo(at.y, 12);
    expect(toPixels(frame, { x: 0, y: 50 })).toEqual({ x: 40, y: 410 });
  });
});
