import { describe, expect, it } from "vitest";
import { scoreTest } from "../../../src/loop/statistics/score-test.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { runs } from "../../support/runs.ts";

const delta = 0.05;

describe("the exact score test", () => {
  it.each([
    [1, 1, 200, 0.02, 0.0384],
    [2, 1, 200, 0.02, 0.1062],
    [6, 3, 500, 0.02, 0.0303],
    [7, 3, 500, 0.02, 0.0587],
    [5, 1, 200, 0.05, 0.0384],
    [41, 3, 1_000, 0.05, 0.0495],
  ])("of %i losses and %i gains in %i, limit %f, has the p-value %f", (losses, gains, records, limit, p) => {
    const test = scoreTest(records, limit, delta);
    // The tables come from a coarser grid, which misses the end of the border: 0.00003 less at 200 records.
    expect(Math.abs(test.pValue(losses, gains) - p)).toBeLessThan(0.0001);
    expect(test.rejects(losses, gains)).toBe(p <= delta);
  });

  it.each([
    [500, 0.02, [4, 5, 6, 6]],
    [1_000, 0.05, [38, 39, 40, 41]],
  ])("of %i records, limit %f, allows the losses of the table by gains", (records, limit, allowed) => {
    const test = scoreTest(records, limit, delta);
    const most = allowed.map((_, gains) => {
      let losses = 0;
      while (test.rejects(losses + 1, gains)) losses += 1;
      return losses;
    });
    expect(most).toEqual(allowed);
  });

  it.each([
    [0.01, 299],
    [0.02, 149],
    [0.05, 59],
  ])("accepts a limit of %f without a loss from %i records on", (limit, least) => {
    expect(scoreTest(least, limit, delta).rejects(0, 0)).toBe(true);
    expect(scoreTest(least - 1, limit, delta).rejects(0, 0)).toBe(false);
  });

  it("is the maximum over the border that counting all results gives", () => {
    const random = seededRandom(7);
    for (let draw = 0; draw < runs(12, 200); draw += 1) {
      const records = 1 + Math.floor(random() * 30);
      const limit = 0.01 + 0.6 * random();
      const gains = Math.floor(random() * records);
      const losses = Math.floor(random() * (records - gains));
      if (losses - gains > records * limit) continue;
      const found = scoreTest(records, limit, delta).pValue(losses, gains);
      expect(found).toBeCloseTo(counted(losses, gains, records, limit), 4);
    }
  });

  it("never exceeds its level on the border", () => {
    // Exact, by summing the probabilities of all results that are rejected.
    for (const [records, limit] of [
      [60, 0.05],
      [80, 0.1],
    ] as const) {
      const test = scoreTest(records, limit, delta);
      const rejected = region(records, (losses, gains) => test.rejects(losses, gains));
      for (let step = 0; step <= 10; step += 1) {
        const gain = ((1 - limit) / 2) * (step / 10) ** 2;
        expect(probability(rejected, records, gain + limit, gain)).toBeLessThanOrEqual(delta + 1e-6);
      }
    }
  });

  it("rejects what its p-value rejects, however often it is asked", () => {
    const test = scoreTest(300, 0.03, delta);
    for (let gains = 0; gains < 12; gains += 1)
      for (let losses = 0; losses < 24; losses += 1)
        expect(test.rejects(losses, gains)).toBe(test.pValue(losses, gains) <= delta);
  });

  it("holds for limits of 0 and below, which bounds of gains need", () => {
    expect(scoreTest(100, 0, delta).pValue(0, 10)).toBeLessThan(0.001);
    expect(scoreTest(100, 0, delta).pValue(0, 0)).toBeGreaterThan(0.5);
    expect(scoreTest(200, -0.1, delta).pValue(0, 40)).toBeLessThan(0.001);
    expect(scoreTest(200, -0.1, delta).pValue(0, 15)).toBeGreaterThan(delta);
  });
});

type Result = readonly [losses: number, gains: number];

function region(records: number, holds: (losses: number, gains: number) => boolean): Result[] {
  const results: Result[] = [];
  for (let gains = 0; gains <= records; gains += 1)
    for (let losses = 0; losses + gains <= records; losses += 1)
      if (holds(losses, gains)) results.push([losses, gains]);
  return results;
}

function probability(results: readonly Result[], records: number, loss: number, gain: number): number {
  const tie = Math.max(0, 1 - loss - gain);
  return results.reduce((sum, [losses, gains]) => {
    const ties = records - losses - gains;
    const ways = logFactorial(records) - logFactorial(losses) - logFactorial(gains) - logFactorial(ties);
    const power = (share: number, count: number): number => (count === 0 ? 0 : count * Math.log(share));
    return sum + Math.exp(ways + power(loss, losses) + power(gain, gains) + power(tie, ties));
  }, 0);
}

function logFactorial(value: number): number {
  let sum = 0;
  for (let at = 2; at <= value; at += 1) sum += Math.log(at);
  return sum;
}

/** The p-value as it is defined, by the formula of the score for limits above 0. */
function counted(losses: number, gains: number, records: number, limit: number): number {
  const score = (lost: number, gained: number): number => {
    const b = (2 * records - lost + gained) * limit - lost - gained;
    const c = -gained * limit * (1 - limit);
    const q = Math.max(0, (Math.sqrt(b * b - 8 * records * c) - b) / (4 * records));
    return (lost - gained - records * limit) / Math.sqrt(records * (2 * q + limit * (1 - limit)));
  };
  const at = score(losses, gains) + 1e-9;
  let most = -1;
  const allowed = Array.from({ length: records + 1 }, (_, gained) => {
    for (let lost = 0; lost + gained <= records; lost += 1)
      if (score(lost, gained) <= at) most = Math.max(most, lost);
    return most;
  });
  const results = region(records, (lost, gained) => lost <= (allowed[gained] as number));
  let largest = 0;
  for (let step = 0; step <= 500; step += 1) {
    const gain = (((1 - limit) / 2) * step) / 500;
    largest = Math.max(largest, probability(results, records, gain + limit, gain));
  }
  return largest;
}
