import { describe, expect, it } from "vitest";
import type { Guarantee } from "../../../evals/index.ts";
import { seededRandom } from "../../../evals/metrics/index.ts";
import { lossTest } from "../../../src/loop/statistics/loss-test.ts";
import { recordsNeeded } from "../../../src/loop/statistics/records-needed.ts";
import { runs } from "../../support/runs.ts";

const delta = 0.05;
const isFull = runs(0, 1) === 1;
const refusals = runs(2, 60);
const draws = runs(8, 20);

interface LossWorld {
  readonly name: string;
  readonly guarantee: Guarantee;
  readonly records: number;
  readonly maxLoss: number;
  readonly share: number;
  readonly unitCap?: number;
  /** Losses of the records of a unit. */
  readonly unit: (random: () => number) => readonly number[];
}

const alike = (size: number, loss: number): readonly number[] => Array<number>(size).fill(loss);
const worlds: readonly LossWorld[] = [
  {
    name: "a few losses",
    guarantee: "mean",
    records: 150,
    maxLoss: 0.02,
    share: 1,
    unit: (random) => [random() < 0.005 ? 1 : 0],
  },
  {
    name: "losses and gains",
    guarantee: "mean",
    records: 100,
    maxLoss: 0.05,
    share: 1,
    unit: (random) => {
      const one = random();
      return [one < 0.06 ? 1 : one < 0.11 ? -1 : 0];
    },
  },
  {
    name: "a loss of three quarters of what is allowed",
    guarantee: "mean",
    records: 500,
    maxLoss: 0.02,
    share: 1,
    unit: (random) => [random() < 0.015 ? 1 : 0],
  },
  {
    name: "graded losses",
    guarantee: "mean",
    records: 100,
    maxLoss: 0.02,
    share: 0.5,
    unit: (random) => [random() < 0.05 ? 0.1 * random() : 0],
  },
  {
    name: "units of different sizes",
    guarantee: "mean",
    records: 300,
    maxLoss: 0.03,
    share: 1,
    unit: (random) => alike(1 + Math.floor(8 * random()), random() < 0.01 ? 1 : 0),
  },
  {
    name: "units of different sizes that count the same",
    guarantee: "mean",
    records: 300,
    maxLoss: 0.03,
    share: 1,
    unitCap: 1,
    unit: (random) => alike(1 + Math.floor(8 * random()), random() < 0.01 ? 1 : 0),
  },
  {
    name: "regressions",
    guarantee: "regressions",
    records: 200,
    maxLoss: 0.02,
    share: 0.3,
    unit: (random) => [random() < 0.005 ? 1 : 0],
  },
];

function drawn({ unit }: LossWorld, records: number, random: () => number) {
  const losses: number[] = [];
  const units: number[] = [];
  for (let number = 0; losses.length < records; number += 1) {
    for (const loss of unit(random)) {
      losses.push(loss);
      units.push(number);
    }
  }
  return { loss: Float64Array.from(losses), units };
}

/** How often as many records as were said to do were accepted. */
async function acceptedShare(world: LossWorld): Promise<{ accepted: number; tried: number }> {
  const { guarantee, records, maxLoss, share, unitCap } = world;
  let [accepted, tried] = [0, 0];
  for (let seed = 0; tried < refusals * draws; seed += 1) {
    const random = seededRandom(seed);
    const { loss, units } = drawn(world, records, random);
    const test = await lossTest({ guarantee, units, delta, seed: 0x8000_0000 + seed, unitCap });
    if (test.rejects(loss, maxLoss)) continue;
    const needed = await recordsNeeded(loss, { test, maxLoss, delta, share, seed: 1 });
    expect(needed.records).toBeGreaterThan(loss.length);
    expect(needed.units).toBeGreaterThan(test.units);
    if (!Number.isFinite(needed.records)) continue;
    for (let draw = 0; draw < draws; draw += 1) {
      const next = drawn(world, needed.records, random);
      const again = await lossTest({ guarantee, units: next.units, delta, seed: draw, unitCap });
      tried += 1;
      if (again.rejects(next.loss, maxLoss)) accepted += 1;
    }
  }
  return { accepted, tried };
}

describe("recordsNeeded", () => {
  it("says a number with which four in five are accepted, over worlds that it does not know", async () => {
    let [accepted, tried] = [0, 0];
    for (const world of worlds) {
      const of = await acceptedShare(world);
      accepted += of.accepted;
      tried += of.tried;
      const share = of.accepted / of.tried;
      console.info(`${world.name}: ${(100 * share).toFixed(0)} % accepted`);
      if (isFull) expect(share).toBeGreaterThan(0.7);
    }
    expect(accepted / tried).toBeGreaterThan(0.75);
  });

  const ofSingles = async (loss: Float64Array, share = 1) => {
    const units = Array.from(loss, (_, index) => index);
    const test = await lossTest({ guarantee: "mean", units, delta, seed: 1 });
    return recordsNeeded(loss, { test, maxLoss: 0.02, delta, share, seed: 1 });
  };

  it("takes no loss in a few records for no proof of none, and is content with less where few are tried", async () => {
    const all = await ofSingles(new Float64Array(60));
    // Without any loss 180 would do.
    expect(all.records).toBeGreaterThan(300);
    expect(all.records).toBeLessThan(1_500);
    expect((await ofSingles(new Float64Array(60), 0.02)).records).toBeLessThan(all.records);
    expect((await ofSingles(new Float64Array(160))).records).toBeLessThan(all.records);
  });

  it("says Infinity where the loss is surely too large, but not of a handful of units", async () => {
    const lost = Float64Array.from({ length: 400 }, (_, index) => Number(index % 10 === 0));
    expect(await ofSingles(lost)).toEqual({
      records: Number.POSITIVE_INFINITY,
      units: Number.POSITIVE_INFINITY,
    });
    const tenants = await lossTest({
      guarantee: "mean",
      units: lost.map((_, index) => index % 2),
      delta,
      seed: 1,
    });
    const needed = await recordsNeeded(lost, { test: tenants, maxLoss: 0.02, delta, share: 1, seed: 1 });
    expect(needed.units).toBeGreaterThan(100);
    expect(needed.units).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(needed.records).toBe(200 * needed.units);
  });
});
