import { expect, test } from "vitest";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { BUCKETS, STRUCTURE } from "../../../src/router/classifiers/read-features.ts";
import { type FitOptions, fitHead, type LabelledRow } from "../../../studies/training/fit-head.ts";
import { DIMENSIONS } from "../../../studies/training/word-vectors.ts";

const digits = STRUCTURE.indexOf("digits");
const code = (bucket: number): number => bucket | (1 << 15);
/** Rows whose label rises with the share of digits and with bucket 5, and falls with bucket 6. */
function rows(count: number): readonly LabelledRow[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => {
    const structure = Float64Array.from(STRUCTURE, (name) => (name === "tools" ? 0 : random()));
    const bucket = 5 + Math.floor(3 * random());
    const label = (structure[digits] as number) + (bucket === 5 ? 0.5 : bucket === 6 ? -0.5 : 0);
    // The last one is not known.
    const asked = Int32Array.of(code(bucket), 9 | (2 << 15));
    return { structure, words: new Int32Array(), asked, label, weight: 1 / count };
  });
}
const options: FitOptions = {
  penalties: { structure: 1, asked: 1 },
  vectors: {
    prints: new Uint8Array(BUCKETS).fill(1, 5, 8),
    shares: new Uint8Array(BUCKETS).fill(255),
    vectors: new Float32Array(BUCKETS * DIMENSIONS).fill(1, 5 * DIMENSIONS, 5 * DIMENSIONS + 1),
  },
  vectorScale: 1,
  askedPrints: new Uint8Array(BUCKETS).fill(1),
  steps: 40,
};

test("the fit recovers the weights behind the labels, with the wanted deviation", () => {
  const head = fitHead(rows(3_000), { ...options, deviation: 2 });
  // Labels: digits have a deviation of 1 / sqrt(12), buckets one of sqrt(1 / 6): 0.5 together.
  expect(head.weights[digits]).toBeCloseTo((2 * Math.sqrt(1 / 12)) / 0.5, 1);
  expect(head.weights[STRUCTURE.indexOf("quotes")]).toBeCloseTo(0, 1);
  expect((head.asked[5] as number) - (head.asked[6] as number)).toBeCloseTo(2 / 0.5, 1);
  expect(head.asked[9]).toBe(0);
});

test("without a deviation the head predicts the labels", () => {
  const made = rows(3_000).map((row) => ({ ...row, words: row.asked, label: row.label + 3 }));
  const head = fitHead(made, { ...options, penalties: { structure: 1, words: 1 } });
  const first = made[0] as LabelledRow;
  const mean = made.reduce((sum, { label }) => sum + label, 0) / made.length;
  expect(first.words).toHaveLength(2);
  const structure = head.weights.reduce((sum, weight, index) => {
    const distance =
      ((first.structure[index] as number) - (head.means[index] as number)) /
      (head.deviations[index] as number);
    return sum + weight * distance;
  }, 0);
  expect(Math.abs(head.bias + structure - mean)).toBeLessThan(1);
  expect(head.words[5]).toBeGreaterThan(0.3);
});

test("a feature that no row has gets no weight and a deviation of 1", () => {
  const head = fitHead(rows(200), options);
  const tools = STRUCTURE.indexOf("tools");
  expect([head.weights[tools], head.deviations[tools]]).toEqual([0, 1]);
});

test("the same rows give the same bits", () => {
  expect(fitHead(rows(200), options)).toEqual(fitHead(rows(200), options));
});
