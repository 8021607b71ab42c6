import { describe, expect, it } from "vitest";
import { calibrate, type OutcomeRecord, recordKeysOf, replay } from "../../../evals/index.ts";
import { seededRandom } from "../../../evals/metrics/index.ts";
import { replayCases } from "../../../evals/replay/replay-cases.ts";
import { cheapestAbove } from "../../../policies/index.ts";
import { calibrated, complexity } from "../../../src/router/classifiers/index.ts";
import { recordOf, stated } from "../../support/evals/records.ts";
import { topicRecords } from "../../support/topic-records.ts";

const models = ["small", "large"];

/** The small model is right with probability `of(complexity)`, the large one nine times in ten. */
function scored(count: number, of: (complexity: number) => number, seed = 1): OutcomeRecord[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const score = random();
    const right = (likely: number) => ({ quality: random() < likely ? 1 : 0 });
    return recordOf(`${score} ${seed}-${index}`, { small: right(of(score)), large: right(0.9) });
  });
}

describe("calibrate", () => {
  it("finds what a complexity is worth, lowers Brier score and ECE, and says which curve was taken", async () => {
    const steep = (score: number) => (score < 0.4 ? 0.95 : 0.3);
    const {
      curves,
      models: reports,
      ...rest
    } = await calibrate(scored(1_000, steep), { models, classifier: stated });
    expect(rest).toMatchObject({ records: 1_000, skipped: 0, classifier: { name: "stated", version: "1" } });
    const [small, large] = reports;
    expect(small).toMatchObject({
      model: "small",
      curve: "isotonic",
      reason: expect.stringContaining("isotonic"),
    });
    expect(small?.after.brier).toBeLessThan(0.95 * (small?.before.brier ?? 0));
    expect(small?.after.ece).toBeLessThan(0.4 * (small?.before.ece ?? 0));
    expect(small?.bins.before).toHaveLength(10);
    // Nothing to know of the large model: its mean, and the report says why.
    expect(large).toMatchObject({ curve: "constant", reason: expect.stringContaining("beats the mean") });
    expect(curves["large"]).toEqual({ kind: "constant", value: large?.quality });

    const classifier = calibrated(stated, curves);
    const fresh = scored(1_000, steep, 2);
    const { quality, callRates } = await replay(fresh, { models, classifier, policy: cheapestAbove(0.6) });
    expect(quality).toBeGreaterThan(0.85);
    expect(callRates["large"]).toBeGreaterThan(0.5);
  });

  it("keeps what is right already", async () => {
    const right = { models: ["small"], classifier: stated };
    const { models: reports } = await calibrate(
      scored(400, (score) => 1 - score),
      right,
    );
    expect(reports[0]?.after.brier).toBeLessThanOrEqual(reports[0]?.before.brier ?? 0);
    expect(Math.abs((reports[0]?.after.ece ?? 1) - (reports[0]?.before.ece ?? 0))).toBeLessThan(0.05);
  });

  it.each<[string, (score: number) => number]>([
    ["right already", (score) => 1 - score],
    ["without a meaning", () => 0.7],
    ["upside down", (score) => 0.2 + 0.6 * score],
    ["too sure", (score) => 0.5 + 0.3 * (0.5 - score)],
    ["a step", (score) => (score < 0.4 ? 0.95 : 0.3)],
  ])("takes no curve that makes an estimate worse, here or on fresh records: %s", async (_, of) => {
    let [bare, served] = [0, 0];
    for (const [seed, count] of [60, 120, 250, 499, 500, 900].entries()) {
      const { models: reports, curves } = await calibrate(scored(count, of, seed + 1), {
        models: ["small"],
        classifier: stated,
      });
      const [small] = reports;
      expect(small?.after.brier).toBeLessThanOrEqual((small?.before.brier ?? 0) + 1e-12);
      expect(small?.after.brier).toBeLessThanOrEqual((small?.brierOfMean ?? 0) + 1e-12);
      const fresh = scored(2_000, of, seed + 100);
      const given = { models: ["small"], classifier: calibrated(stated, curves) };
      const { cases } = await replayCases(fresh, given);
      for (const { context, outcomes } of cases) {
        const quality = outcomes.get("small")?.quality ?? Number.NaN;
        const { complexity: score = Number.NaN, quality: estimates } = context.classification ?? {};
        bare += (1 - score - quality) ** 2 / fresh.length / 6;
        served += ((estimates?.["small"] ?? Number.NaN) - quality) ** 2 / fresh.length / 6;
      }
    }
    // With sixty records to learn from, chance may cost a little.
    expect(served).toBeLessThan(bare + 0.002);
  });

  it("goes by the quality that a classifier states, where it states one", async () => {
    const stating = {
      ...stated,
      classify: ({ ask }: { ask: string }) => ({
        complexity: 0.5,
        quality: { small: 1 - Number.parseFloat(ask) },
      }),
    };
    const options = { models: ["small"], classifier: stating };
    const { models: reports } = await calibrate(
      scored(300, (score) => 1 - score),
      options,
    );
    expect(reports[0]?.after.brier).toBeLessThan(0.8 * (reports[0]?.brierOfMean ?? 0));
  });

  it("takes the default classifier, and says which records served it", async () => {
    const records = topicRecords(120);
    const { keys, curves } = await calibrate(records, { models, classifier: complexity() });
    expect(keys).toEqual(recordKeysOf(records, "fit"));
    expect(Object.keys(curves)).toEqual(models);
  });

  it("takes the mean where all complexities are equal", async () => {
    const constant = { ...stated, classify: () => ({ complexity: 0.3 }) };
    const { models: reports } = await calibrate(
      scored(200, () => 0.5),
      { models: ["small"], classifier: constant },
    );
    expect(reports[0]?.curve).toBe("constant");
    expect(reports[0]?.after.ece).toBeLessThan(0.1);
    expect(reports[0]?.bins.before).toHaveLength(1);
  });

  it("refuses too few independent prompts, also many records of one tenant", async () => {
    const few = scored(39, () => 0.5);
    await expect(calibrate(few, { models, classifier: stated })).rejects.toThrow(
      /39 records, about 40 would do/,
    );
    const tenant = scored(200, () => 0.5).map((record) => ({ ...record, tenant: "one" }));
    await expect(calibrate(tenant, { models, classifier: stated })).rejects.toThrow(/1 records, about 40/);
    await expect(calibrate(few, { models: [], classifier: stated })).rejects.toThrow("calibrate.models");
  });
});
