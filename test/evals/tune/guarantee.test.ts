import { beforeAll, describe, expect, it } from "vitest";
import { type OutcomeRecord, tuneThreshold } from "../../../evals/index.ts";
import { seededRandom } from "../../../evals/metrics/index.ts";
import { isRouterError } from "../../../src/index.ts";
import { type BinomialTest, loadBinomialTest } from "../../../src/loop/statistics/loss-test.ts";
import { hardWorlds } from "../../../studies/hard-worlds.ts";
import { simulateCategories } from "../../../studies/simulate-categories.ts";
import { simulateTuning } from "../../../studies/simulate-tuning.ts";
import { type World, worlds } from "../../../studies/tuning-worlds.ts";
import { stated } from "../../support/evals/records.ts";
import { wordOf } from "../../support/evals/word-of.ts";
import { runs } from "../../support/runs.ts";

const delta = 0.05;
const draws = runs(8, 2_000);
const sizes = [1_000, 5_000];
const isFull = draws === 2_000;

const worldNamed = (start: string): World => {
  const world = worlds.find(({ name }) => name.startsWith(start));
  if (world === undefined) throw new Error(`no world ${start}`);
  return world;
};

describe("the guarantee on worlds whose truth is known", () => {
  let test: BinomialTest;
  beforeAll(async () => {
    test = await loadBinomialTest();
  });

  /** What so many draws rule out: that the share is higher, or, of few draws, that it is as high as wanted. */
  const checkShare = (broken: number): void => {
    if (isFull) expect(test.upperBound(broken, draws, 0.05)).toBeLessThanOrEqual(delta + 0.01);
    else expect(1 - test.pValue(broken - 1, draws, delta)).toBeGreaterThan(0.001);
  };
  /** The same where a test uses all of its level: no more than chance makes of it. */
  const checkLevel = (broken: number): void => {
    expect(1 - test.pValue(broken - 1, draws, delta)).toBeGreaterThan(0.001);
  };
  const share = (count: number): string => `${((100 * count) / draws).toFixed(2)} %`;
  const withBound = (broken: number): string =>
    `${share(broken)} (at most ${(100 * test.upperBound(broken, draws, 0.05)).toFixed(2)} %)`;

  for (const world of worlds) {
    it(`holds where there is: ${world.name}`, async () => {
      for (const records of sizes) {
        const { broken, naiveBroken, refused, saving, oracleSaving } = await simulateTuning(
          world,
          records,
          draws,
        );
        console.info(
          `| ${world.name} | ${records} | ${world.maxLoss.toFixed(3)} | ${withBound(broken)} | ` +
            `${share(naiveBroken)} | ${share(refused)} | ${saving.toFixed(3)} of ${oracleSaving.toFixed(3)} |`,
        );
        checkShare(broken);
        if (records === 5_000 && oracleSaving >= 0.2)
          expect(saving).toBeGreaterThanOrEqual(0.8 * oracleSaving);
      }
    });
  }

  for (const world of hardWorlds) {
    it(`holds where it was attacked: ${world.name}`, async () => {
      for (const records of isFull ? [200, 1_000] : [200]) {
        const of = (test?: "betting" | "gaffke") => simulateTuning(world, records, draws, { test });
        const { broken, refused } = await of();
        console.info(
          `| ${world.name} | ${records} | ${world.maxLoss.toFixed(3)} | ${withBound(broken)} | | ${share(refused)} | |`,
        );
        checkLevel(broken);
        for (const test of isFull ? (["gaffke", "betting"] as const) : []) {
          const other = await of(test);
          console.info(`${test}, ${world.name}, ${records}: ${withBound(other.broken)}`);
          checkLevel(other.broken);
        }
      }
    });
  }

  it("holds where there are so few units that the large ones are often not among them", async () => {
    const { broken, refused } = await simulateTuning(worldNamed("units of 50"), 150, draws);
    console.info(`| units of 50 in a hundred | 150 | 0.050 | ${withBound(broken)} | | ${share(refused)} | |`);
    checkShare(broken);
    expect(refused).toBeGreaterThan(draws / 3);
  });

  it("holds for all categories at once, the smallest of which is too small", async () => {
    const world = worldNamed("risk exactly");
    const broken = await simulateCategories(world, [600, 400, 300, 40], draws);
    console.info(
      `| categories of 600, 400, 300, 40 | | ${world.maxLoss.toFixed(3)} | ${withBound(broken)} |`,
    );
    checkShare(broken);
  });

  it("holds for the files that tuneThreshold writes, by what their policy loses", async () => {
    // The small model loses 0.05 at any threshold above 0.5, the classifier fails on a tenth.
    const maxLoss = 0.05;
    let broken = 0;
    for (let draw = 0; draw < draws; draw += 1) {
      const random = seededRandom(draw);
      const records = Array.from({ length: 300 }, (_, index): OutcomeRecord => {
        const fails = random() < 0.1;
        const hard = random() < 0.5;
        const lost = fails || random() < (hard ? 0.0911 : 0.02);
        return {
          id: String(index),
          prompt: fails ? `no number ${wordOf(index)}` : `${hard ? 0.5 : 0} request ${wordOf(index)}`,
          outcomes: { small: { quality: lost ? 0 : 1, costUsd: 1 }, large: { quality: 1, costUsd: 10 } },
        };
      });
      const file = await tuneThreshold(records, {
        small: "small",
        large: "large",
        classifier: stated,
        target: { maxLoss },
        steps: 2,
        resamples: 1,
        seed: 0x8000_0000 + draw,
      }).catch((error: unknown) => {
        if (!isRouterError(error, "insufficient-evidence")) throw error;
        return undefined;
      });
      const { name, parameters } = file?.policy ?? { name: "always", parameters: { model: "large" } };
      const at = name === "threshold" ? (parameters?.["at"] as number) : undefined;
      const everything = parameters?.["model"] === "small" ? 0.1 : 0;
      const easy = at === undefined ? everything / 0.1 : Number(at > 0);
      const hard = at === undefined ? everything / 0.1 : Number(at > 0.5);
      if (0.45 * (0.02 * easy + 0.0911111 * hard) + everything >= maxLoss - 1e-4) broken += 1;
    }
    console.info(`| tuneThreshold, with unclassified requests | 300 | 0.050 | ${withBound(broken)} |`);
    checkShare(broken);
  });

  it("holds for near-duplicates of few templates, which would break it if they counted as independent", async () => {
    const maxLoss = 0.05;
    for (const templates of isFull ? [100, 400] : [100]) {
      const steps = templates === 100 ? 10 : 5;
      const broken = { templates: 0, independent: 0 };
      let issued = 0;
      for (let draw = 0; draw < draws; draw += 1) {
        const random = seededRandom(draw);
        const records = Array.from({ length: templates }, (_, template) => {
          const hard = random() < 0.5;
          // All answers to a template are alike; the small model loses exactly 0.05.
          const lost = hard && random() < 2 * maxLoss;
          return Array.from({ length: steps }, (_, copy): OutcomeRecord => {
            const name = ["Anna", "Bob", "Chloé", "Mr. Dixon"][copy % 4];
            return {
              id: `${template}-${copy}`,
              prompt: `${hard ? 0.5 : 0} is what ${name} wants to ${wordOf(template)} in order ${copy} of "${wordOf(copy)}"`,
              outcomes: { small: { quality: lost ? 0 : 1, costUsd: 1 }, large: { quality: 1, costUsd: 10 } },
            };
          });
        }).flat();
        const isBroken = async (independentPrompts: boolean): Promise<boolean> => {
          const options = {
            small: "small",
            large: "large",
            classifier: stated,
            target: { maxLoss },
            steps: 2,
          };
          const file = await tuneThreshold(records, {
            ...options,
            independentPrompts,
            groupBy: ["session"],
            resamples: 1,
          }).catch((error: unknown) => {
            if (!isRouterError(error, "insufficient-evidence")) throw error;
            return undefined;
          });
          if (file !== undefined && !independentPrompts) {
            issued += 1;
            expect(file.certificate).toMatchObject({ units: templates, largestUnit: steps });
          }
          return file !== undefined && (file.threshold ?? 0) > 0.5;
        };
        if (await isBroken(false)) broken.templates += 1;
        if (await isBroken(true)) broken.independent += 1;
      }
      console.info(
        `| near-duplicates, ${templates} templates of ${steps} | ${templates * steps} | 0.050 | ${withBound(broken.templates)} | | ${share(draws - issued)} | |`,
      );
      console.info(`taken for independent: ${share(broken.independent)} broken`);
      checkShare(broken.templates);
      if (isFull) expect(broken.independent / draws).toBeGreaterThan(0.15);
    }
  });

  it("is broken about half the time by the naive method, where the loss is exactly what is allowed", async () => {
    const { naiveBroken } = await simulateTuning(worldNamed("risk exactly"), 1_000, 40);
    expect(naiveBroken).toBeGreaterThan(10);
  });
});
