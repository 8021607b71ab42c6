import { describe, expect, it } from "vitest";
import { doublyRobustTerms } from "../../../../evals/monitor/off-policy/doubly-robust.ts";
import { ipsTerms } from "../../../../evals/monitor/off-policy/ips.ts";
import { snips } from "../../../../evals/monitor/off-policy/snips.ts";
import { meanError } from "../../../../src/loop/statistics/mean-error.ts";
import { normalInterval } from "../../../../src/loop/statistics/normal-interval.ts";
import { seededRandom } from "../../../../src/loop/statistics/seeded-random.ts";
import { weightedMean } from "../../../../src/loop/statistics/weighted-mean.ts";

/**
 * x ~ U(0, 1). Logged: small with probability 0.9 where x < 0.4, else 0.1. P(right) is 0.95 - 0.5 x² and
 * 0.93. Target: small where x < 0.7. The model is off by +0.03 for small and -0.03 for large.
 */
const truth = 0.7 * 0.95 - (0.5 * 0.7 ** 3) / 3 + 0.3 * 0.93;
const rows = 4_000;
const isFull = process.env["SWITCHPOINT_RUNS"] === "full";
const repetitions = isFull ? 400 : 60;

function logOnce(random: () => number) {
  const weights = new Float64Array(rows);
  const rewards = new Float64Array(rows);
  const target = new Float64Array(rows);
  const logged = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const x = random();
    const toSmall = x < 0.4 ? 0.9 : 0.1;
    const isSmall = random() < toSmall;
    const right = { small: 0.95 - 0.5 * x * x, large: 0.93 };
    rewards[row] = Number(random() < (isSmall ? right.small : right.large));
    weights[row] = isSmall === x < 0.7 ? 1 / (isSmall ? toSmall : 1 - toSmall) : 0;
    target[row] = x < 0.7 ? right.small + 0.03 : right.large - 0.03;
    logged[row] = isSmall ? right.small + 0.03 : right.large - 0.03;
  }
  return { weights, rewards, predictions: { target, logged } };
}

describe("the simulation of the notes", () => {
  it("has its true value, standard deviations and coverage", async () => {
    expect(truth).toBeCloseTo(0.8868, 3);
    const random = seededRandom(2);
    const values = { ips: [] as number[], snips: [] as number[], dr: [] as number[] };
    let covered = 0;
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      const { weights, rewards, predictions } = logOnce(random);
      values.ips.push(weightedMean(ipsTerms(weights, rewards)) as number);
      values.snips.push(snips(weights, rewards) as number);
      const terms = doublyRobustTerms(weights, rewards, predictions);
      values.dr.push(weightedMean(terms) as number);
      const { low, high } = await normalInterval(meanError(terms), 0.95);
      if (low <= truth && truth <= high) covered += 1;
    }
    // 0.0247, 0.0114 and 0.0113 over 400 repetitions; a standard deviation of n has an error of 1 / √(2 n).
    const error = 3 / Math.sqrt(2 * repetitions);
    for (const [name, expected] of [
      ["ips", 0.0247],
      ["snips", 0.0114],
      ["dr", 0.0113],
    ] as const) {
      const sample = Float64Array.from(values[name]);
      const { mean, standardError } = meanError(sample);
      const deviation = standardError * Math.sqrt(repetitions);
      expect(Math.abs(deviation / expected - 1), `deviation of ${name}: ${deviation}`).toBeLessThan(error);
      expect(Math.abs(mean - truth) / standardError, `mean of ${name}: ${mean}`).toBeLessThan(4);
    }
    expect(covered / repetitions).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / repetitions));
    if (isFull)
      console.log(
        Object.entries(values)
          .map(
            ([name, all]) =>
              `${name} sd ${(meanError(Float64Array.from(all)).standardError * Math.sqrt(repetitions)).toFixed(4)}`,
          )
          .join(", "),
        `DR coverage ${(100 * covered) / repetitions} %`,
      );
  });
});
