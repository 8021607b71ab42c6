import { describe, expect, it } from "vitest";
import {
  type ArmMoments,
  addMoment,
  differenceEvidence,
  differenceInterval,
  isArmMoments,
  mergeMoments,
  noArmMoments,
} from "../../../src/loop/statistics/asymptotic-sequence.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";

const noMoments = noArmMoments.control;
const momentsOf = (values: readonly number[]) => values.reduce(addMoment, noMoments);

/** Arms of 2,500 units each with a standard error of 0.01 of the difference. */
const arms = (difference: number): ArmMoments => {
  const deviations = (0.01 ** 2 / 2) * 2_500 * 2_499;
  return {
    control: { count: 2_500, mean: 1, deviations },
    candidate: { count: 2_500, mean: 1 + difference, deviations },
  };
};

describe("moments", () => {
  it("are those of the values", () => {
    const { count, mean, deviations } = momentsOf([1, 2, 3, 6]);
    expect([count, mean]).toEqual([4, 3]);
    expect(deviations).toBeCloseTo(14, 12);
  });

  it("of two processes are those of all values", () => {
    const merged = mergeMoments([momentsOf([1, 2]), noMoments, momentsOf([3, 6])]);
    expect(merged.count).toBe(4);
    expect(merged.mean).toBeCloseTo(3, 12);
    expect(merged.deviations).toBeCloseTo(14, 12);
    expect(mergeMoments([])).toEqual(noMoments);
  });
});

describe("the asymptotic sequence", () => {
  // rho² = (-2 ln 0.1 + ln(1 - 2 ln 0.1)) / 5,000 = (4.605170 + 1.723690) / 5,000; N rho² + 1 = 7.328860.
  it("has evidence of 1 / alpha where the one-sided interval of alpha ends at the margin", () => {
    const mixed = 7.32886;
    const half = 0.01 * Math.sqrt(((2 * mixed) / (mixed - 1)) * Math.log(1 + Math.sqrt(mixed) / 0.1));
    expect(half).toBeCloseTo(0.02779, 5);
    expect(differenceEvidence(arms(half), { margin: 0 }).harm).toBeCloseTo(20, 3);
    expect(differenceEvidence(arms(half + 0.02), { margin: 0.02 }).harm).toBeCloseTo(20, 3);
    expect(differenceEvidence(arms(-half), { margin: 0 })).toEqual({ harm: 0, safe: expect.closeTo(20, 3) });
  });

  it("shows an interval around the difference", () => {
    // rho² = (5.991465 + 1.944690) / 5,000, so that N rho² + 1 = 8.936155.
    const { low = 0, high = 0 } = differenceInterval(arms(0.1)) ?? {};
    expect((low + high) / 2).toBeCloseTo(0.1, 12);
    expect((high - low) / 2).toBeCloseTo(0.01 * Math.sqrt(((2 * 8.936155) / 7.936155) * 4.090724), 5);
  });

  it("says nothing of few units, of equal values and of values beyond all numbers", () => {
    const few = { control: momentsOf([1, 2]), candidate: momentsOf([5, 6]) };
    const equal = momentsOf(Array.from({ length: 100 }, () => 3));
    const immense = momentsOf(Array.from({ length: 100 }, (_, at) => (at === 50 ? 1e300 : 1)));
    for (const both of [few, { control: equal, candidate: equal }, { control: equal, candidate: immense }]) {
      expect(differenceEvidence(both, { margin: 0 })).toEqual({ harm: 1, safe: 1 });
      expect(differenceInterval(both)).toBeUndefined();
    }
  });

  it("stays finite with overwhelming evidence, and counts units that were seen twice once", () => {
    expect(differenceEvidence(arms(1e6), { margin: 0 }).harm).toBeLessThan(Number.POSITIVE_INFINITY);
    const once = differenceEvidence(arms(0.03), { margin: 0 }).harm;
    const half = { ...arms(0.03) };
    expect(differenceEvidence(half, { margin: 0, spread: 2 }).harm).toBeLessThan(once);
  });

  it("finds a rise of a skewed cost, and none where there is none", () => {
    const random = seededRandom(11);
    const draw = (mean: number) => -mean * Math.log(1 - random());
    let harmful = noArmMoments;
    let harmless = noArmMoments;
    let most = 0;
    for (let unit = 0; unit < 3_000; unit += 1) {
      harmful = {
        control: addMoment(harmful.control, draw(1)),
        candidate: addMoment(harmful.candidate, draw(1.2)),
      };
      harmless = {
        control: addMoment(harmless.control, draw(1)),
        candidate: addMoment(harmless.candidate, draw(1)),
      };
      most = Math.max(most, differenceEvidence(harmless, { margin: 0, controlFactor: 1.05 }).harm);
    }
    expect(differenceEvidence(harmful, { margin: 0, controlFactor: 1.05 }).harm).toBeGreaterThan(20);
    expect(most).toBeLessThan(20);
  });

  it("does not take for moments what is none", () => {
    expect(isArmMoments(noArmMoments)).toBe(true);
    for (const value of [
      null,
      {},
      { control: noMoments },
      { ...noArmMoments, control: { ...noMoments, mean: Number.NaN } },
    ])
      expect(isArmMoments(value)).toBe(false);
  });
});
