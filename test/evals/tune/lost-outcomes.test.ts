import { describe, expect, it } from "vitest";
import { type OutcomeRecord, tuneCategories, tuneThreshold } from "../../../evals/index.ts";
import { seededRandom } from "../../../evals/metrics/index.ts";
import { isRouterError } from "../../../src/index.ts";
import { loadBinomialTest } from "../../../src/loop/statistics/loss-test.ts";
import { stated } from "../../support/evals/records.ts";
import { wordOf } from "../../support/evals/word-of.ts";
import { runs } from "../../support/runs.ts";

const maxLoss = 0.05;
const draws = runs(8, 400);

interface World {
  readonly name: string;
  /** Probability that the small model loses, by complexity in [0, 1]. */
  readonly lossOf: (complexity: number) => number;
  /** Loss of a threshold: its integral. */
  readonly lossAt: (threshold: number) => number;
  /** Share of what it loses that times out. */
  readonly timesOut: number;
}

const flat = 0.2 * (1 + 1 / 3);

const worlds: readonly World[] = [
  {
    name: "a tenth of what the small model loses times out",
    lossOf: (complexity) => 0.44 * complexity,
    lossAt: (threshold) => 0.22 * Math.min(1, threshold) ** 2,
    timesOut: 0.1,
  },
  {
    name: "a fifth of it does, and hard requests look easy",
    lossOf: (complexity) => flat - 0.2 * complexity,
    lossAt: (threshold) => flat * Math.min(1, threshold) - 0.1 * Math.min(1, threshold) ** 2,
    timesOut: 0.2,
  },
  {
    name: "a tenth of it does, all at random",
    lossOf: () => 0.15,
    lossAt: (threshold) => 0.15 * Math.min(1, threshold),
    timesOut: 0.1,
  },
];

function recordsOf({ lossOf, timesOut }: World, random: () => number): OutcomeRecord[] {
  return Array.from({ length: 2_100 }, (_, index) => {
    const complexity = Math.floor(1e4 * random()) / 1e4;
    const lost = random() < lossOf(complexity);
    const small = { quality: lost ? 0 : 1, costUsd: 1 };
    const isLate = lost && random() < timesOut;
    return {
      id: String(index),
      prompt: `${complexity} ask for ${wordOf(index)}`,
      outcomes: { ...(isLate ? {} : { small }), large: { quality: 1, costUsd: 10 } },
      ...(isLate && { missing: { small: "timeout" } }),
    };
  });
}

/** True if the certified threshold loses more than was promised. */
async function isBroken(world: World, records: readonly OutcomeRecord[], seed: number): Promise<boolean> {
  const options = { small: "small", large: "large", classifier: stated, target: { maxLoss } };
  const file = await tuneThreshold(records, { ...options, resamples: 1, seed }).catch((error: unknown) => {
    if (!isRouterError(error, "insufficient-evidence")) throw error;
    return undefined;
  });
  return file !== undefined && world.lossAt(file.threshold ?? 0) > maxLoss;
}

describe("outcomes that are missing where the small model loses", () => {
  it.each(worlds)(
    "do not break the promise: $name",
    async (world) => {
      const binomial = await loadBinomialTest();
      let broken = 0;
      let brokenIfLeftOut = 0;
      for (let draw = 0; draw < draws; draw += 1) {
        const records = recordsOf(world, seededRandom(draw));
        if (await isBroken(world, records, draw)) broken += 1;
        const answered = records.filter(({ outcomes }) => outcomes["small"] !== undefined);
        if (draws > 100 && (await isBroken(world, answered, draw))) brokenIfLeftOut += 1;
      }
      console.info(`| ${world.name} | broken: ${broken}, left out: ${brokenIfLeftOut}, of ${draws} |`);
      expect(1 - binomial.pValue(broken - 1, draws, 0.05)).toBeGreaterThan(0.001);
      if (draws > 100) expect(brokenIfLeftOut / draws).toBeGreaterThan(0.1);
    },
    600_000,
  );

  it("leave a category with the large model where they are as many as may be lost", async () => {
    const random = seededRandom(1);
    const records = Array.from({ length: 2_000 }, (_, index): OutcomeRecord => {
      const category = index % 2 === 0 ? "easy" : "silent";
      const isLate = category === "silent" && index % 20 === 1;
      const small = { quality: random() < 0.01 ? 0 : 1, costUsd: 1 };
      return {
        id: String(index),
        prompt: `${random().toFixed(4)} ask for ${wordOf(index)}`,
        category,
        outcomes: { ...(isLate ? {} : { small }), large: { quality: 1, costUsd: 10 } },
        ...(isLate && { missing: { small: "timeout" } }),
      };
    });
    const options = { small: "small", large: "large", classifier: stated, resamples: 1 };
    const file = await tuneCategories(records, { ...options, target: { maxLoss } });
    expect(file.categories).toMatchObject([
      { category: "easy", threshold: 1 },
      {
        category: "silent",
        threshold: 0,
        problem: "100 of 1000 lack an outcome and count as lost, which is the permitted loss of 0.05 or more",
      },
    ]);
    // All of the level is left to the other one.
    expect(file.categories?.[0]?.certificate?.confidence).toBe(0.95);
    const silent = records.filter(({ category }) => category === "silent");
    await expect(tuneCategories(silent, { ...options, target: { maxLoss } })).rejects.toThrow(
      "100 of 1000 lack an outcome and count as lost",
    );
  });
});
