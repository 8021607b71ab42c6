import { expect, it } from "vitest";
import { expectedGains, type GainSample } from "../../studies/expected-gain.ts";

const sampleOf = (index: number, parts: Partial<GainSample> = {}): GainSample => ({
  group: String(index),
  category: "a",
  score: index,
  gain: index >= 50 ? 1 : 0,
  costUsd: 1,
  ...parts,
});

it("is the mean gain of the score's decile in the other folds, per dollar", () => {
  const gains = expectedGains(Array.from({ length: 100 }, (_, index) => sampleOf(index, { costUsd: 2 })));
  expect(gains[5]).toBe(0);
  expect(gains[95]).toBe(0.5);
});

it("is learnt separately for each category", () => {
  const samples = Array.from({ length: 200 }, (_, index) =>
    sampleOf(index, index < 100 ? {} : { category: "b", score: index - 100, gain: index < 150 ? 1 : 0 }),
  );
  const gains = expectedGains(samples);
  expect([gains[5], gains[95], gains[105], gains[195]]).toEqual([0, 1, 1, 0]);
});

it("does not learn from a record's own group", () => {
  const samples = Array.from({ length: 100 }, (_, index) => sampleOf(index, { gain: 0 }));
  const twice = [...samples, sampleOf(99, { gain: 1 })].map((sample, index) =>
    index >= 99 ? { ...sample, group: "same" } : sample,
  );
  expect(expectedGains(twice)[99]).toBe(0);
});

it("is 0 for a category that the other folds do not have", () => {
  expect([...expectedGains([sampleOf(0, { gain: 1 })])]).toEqual([0]);
});
