import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createScoreSketch, sketchCapacity } from "../../policies/internal/score-sketch.ts";
import { shareCut } from "../../policies/internal/share-cut.ts";
import { runs } from "../support/runs.ts";

const cutOf = (scores: readonly number[], share: number) =>
  shareCut([{ ascending: [...scores].sort((a, b) => a - b), weight: scores.length }], share);

describe("a cut", () => {
  test("of 0.3 of ten different scores lets the three highest up", () => {
    const scores = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
    const { at, tieShare } = cutOf(scores, 0.3);
    expect(at).toBe(0.8);
    expect(tieShare).toBeCloseTo(1, 9);
  });

  test("settles ties by a lottery: 0.3 of ten equal scores", () => {
    expect(cutOf(new Array(10).fill(0.5), 0.3)).toEqual({ at: 0.5, tieShare: 0.3 });
  });

  test("weighs groups: four stored scores of weight 1 together beside one of weight 1", () => {
    const groups = [
      { ascending: [0.1, 0.2, 0.3, 0.9], weight: 1 },
      { ascending: [0.5], weight: 1 },
    ];
    // Half a unit of weight is wanted: 0.9 has a quarter, and of 0.5 another quarter goes up.
    expect(shareCut(groups, 0.25)).toEqual({ at: 0.5, tieShare: 0.25 });
  });

  test("sends exactly its share up, whatever the scores", () => {
    const score = fc.oneof(fc.constantFrom(0, 0.25, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(score, { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (scores, share) => {
          const { at, tieShare } = cutOf(scores, share);
          const above = scores.filter((one) => one > at).length;
          const tied = scores.filter((one) => one === at).length;
          expect(above + tied * tieShare).toBeCloseTo(share * scores.length, 6);
        },
      ),
      { numRuns: runs(200, 2_000) },
    );
  });
});

describe("a sketch of scores", () => {
  test("keeps the last 1,000 in order", () => {
    const sketch = createScoreSketch(sketchCapacity);
    for (let index = 0; index < 1_500; index += 1) sketch.add((index % 97) / 97, undefined);
    expect(sketch.size).toBe(1_000);
    const expected = Array.from({ length: 1_000 }, (_, index) => ((index + 500) % 97) / 97);
    expect(sketch.ascending).toEqual([...expected].sort((a, b) => a - b));
    expect(sketch.entries().map(({ score }) => score)).toEqual(expected);
  });

  test("holds at most its part of one tenant, and then drops that tenant's oldest", () => {
    const sketch = createScoreSketch(3);
    sketch.add(0.9, "other");
    for (const score of [0.1, 0.2, 0.3, 0.4, 0.5]) sketch.add(score, "loud");
    expect(sketch.ascending).toEqual([0.3, 0.4, 0.5, 0.9]);
  });

  test("stays consistent under any traffic", () => {
    const one = fc.record({
      score: fc.constantFrom(0, 0.1, 0.5, 0.5000001, 1),
      tenant: fc.constantFrom(undefined, "a", "b", "__proto__"),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (traffic, most) => {
        const sketch = createScoreSketch(most);
        for (const { score, tenant } of traffic) sketch.add(score, tenant);
        const entries = sketch.entries();
        expect(sketch.ascending).toEqual(entries.map(({ score }) => score).sort((a, b) => a - b));
        for (const tenant of ["a", "b", "__proto__"]) {
          const all = traffic.filter((request) => request.tenant === tenant);
          const kept = entries.filter((entry) => entry.tenant === tenant);
          expect(kept).toEqual(all.slice(-most));
        }
      }),
      { numRuns: runs(100, 2_000) },
    );
  });
});
