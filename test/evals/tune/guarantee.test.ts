import { beforeAll, describe, expect, it } from "vitest";
import { type Simulation, simulateTuning } from "../../../evals/studies/simulate-tuning.ts";
import { worlds } from "../../../evals/studies/tuning-worlds.ts";
import { type BinomialTest, loadBinomialTest } from "../../../evals/tune/p-values/binomial-test.ts";
import { runs } from "../../support/runs.ts";

const delta = 0.05;
const draws = runs(10, 2_000);
const sizes = [1_000, 5_000];
const isFull = draws === 2_000;

describe("the guarantee on worlds whose truth is known", () => {
  let test: BinomialTest;
  beforeAll(async () => {
    test = await loadBinomialTest();
  });

  /** What so many draws rule out: that the share is higher, or, of few draws, that it is as high as wanted. */
  const checkShare = ({ broken }: Simulation): void => {
    if (isFull) expect(test.upperBound(broken, draws, 0.05)).toBeLessThanOrEqual(delta + 0.01);
    else expect(1 - test.pValue(broken - 1, draws, delta)).toBeGreaterThan(0.001);
  };

  for (const world of worlds) {
    it(`holds where there is: ${world.name}`, async () => {
      for (const records of sizes) {
        const simulation = await simulateTuning(world, records, draws);
        const { broken, naiveBroken, refused, saving, oracleSaving } = simulation;
        const share = (count: number): string => `${((100 * count) / draws).toFixed(2)} %`;
        console.info(
          `${world.name}, ${records} records, maxLoss ${world.maxLoss.toFixed(4)}, ${draws} draws: broken ` +
            `${share(broken)} (at most ${(100 * test.upperBound(broken, draws, 0.05)).toFixed(2)} %), naive ` +
            `${share(naiveBroken)}, refused ${share(refused)}, saving ${saving.toFixed(3)} of ${oracleSaving.toFixed(3)}`,
        );
        checkShare(simulation);
        if (records === 5_000 && oracleSaving >= 0.2)
          expect(saving).toBeGreaterThanOrEqual(0.8 * oracleSaving);
      }
    });
  }

  it("is broken about half the time by the naive method, where the loss is exactly what is allowed", async () => {
    const world = worlds.find(({ name }) => name.startsWith("risk exactly")) ?? worlds[0];
    if (world === undefined) throw new Error("no worlds");
    const { naiveBroken } = await simulateTuning(world, 1_000, 40);
    expect(naiveBroken).toBeGreaterThan(10);
  });
});
