import { describe, expect, it } from "vitest";
import { type OutcomeRecord, recordKeysOf, trainClassifier } from "../../../evals/index.ts";
import { length } from "../../../src/router/classifiers/index.ts";
import { topicRecords } from "../../support/topic-records.ts";

const pair = { small: "small", large: "large", resamples: 100 };

type Trained = ReturnType<typeof trainClassifier>;
const known = new Map<number, Trained>();
/** A training on records without more, which several tests look at: it takes half a second. */
function trainedOn(count: number): Trained {
  const training = known.get(count) ?? trainClassifier(topicRecords(count), pair);
  known.set(count, training);
  return training;
}

describe("trainClassifier", () => {
  it("finds what words tell, measures all candidates on held-out records, and takes the mean of the learnt ones", async () => {
    const { file, report } = await trainedOn(300);
    expect(report.candidates.map(({ name }) => name).sort()).toEqual(
      ["blend", "default", "landmarks", "length", "logistic", "mean", "neighbours", "ridge"].sort(),
    );
    const apgr = Object.fromEntries(report.candidates.map((one) => [one.name, one.apgr]));
    expect(apgr["mean"]?.value).toBeGreaterThan(0.7);
    expect(apgr["mean"]?.low).toBeLessThan(apgr["mean"]?.value ?? 0);
    expect(Math.abs((apgr["length"]?.value ?? 0) - 0.5)).toBeLessThan(0.15);
    expect(report).toMatchObject({
      records: 300,
      prompts: 300,
      skipped: 0,
      candidate: "mean",
      proven: true,
      reason: "mean beats chance and length: both intervals say so",
    });
    expect(file).toMatchObject({ formatVersion: 3, candidate: "mean", models: ["small", "large"], seed: 1 });
  });

  it("writes the same mean where nothing is proven, and says how likely it is to be better and what would prove it", async () => {
    const { file, report } = await trainClassifier(topicRecords(200, { noise: true }), pair);
    expect(report).toMatchObject({ candidate: "mean", proven: false, recommended: false });
    expect(
      file.score.map(({ part, weight }) => [part, part === "default" || part === "length" ? weight : 0]),
    ).toEqual([
      ["logistic", 0],
      ["landmarks", 0],
      ["default", 0.1],
      ["length", 0.1],
    ]);
    const { betterThanLength = -1 } = report.candidates.find(({ name }) => name === "mean") ?? {};
    expect(report.reason).toContain("mean is not proven to beat chance and length");
    expect(report.reason).toContain(
      `better than length with a probability of ${betterThanLength.toFixed(2)}`,
    );
    expect(report.reason).toMatch(/about [\d,]+ different prompts would prove it|no number of such records/);
  });

  it("states for each candidate how often it beat length on resamples, and how many prompts prove it", async () => {
    const { report } = await trainedOn(300);
    const of = (name: string) => report.candidates.find((one) => one.name === name);
    expect(of("mean")?.betterThanLength).toBeGreaterThan(0.95);
    expect(of("length")?.betterThanLength).toBe(0.5);
    // Proven by 300 already: fewer would have done.
    expect(of("mean")?.promptsToProve).toBeLessThan(300);
    for (const { promptsToProve, overLength } of report.candidates)
      if (overLength.value < 0) expect(promptsToProve).toBeUndefined();
  });

  it("takes a candidate that is asked for, without recommending what does not pass", async () => {
    const noise = topicRecords(200, { noise: true });
    const { report } = await trainClassifier(noise, { ...pair, candidate: "blend" });
    expect(report).toMatchObject({ candidate: "blend", recommended: false });
    expect(report.reason).toMatch(/blend is not proven to beat chance and length/);
    const best = await trainClassifier(topicRecords(200), { ...pair, candidate: "best" });
    expect(best.report.candidate).toBe(best.report.candidates[0]?.name);
  });

  it("has a table where the records carry categories", async () => {
    const records = topicRecords(200, { categories: true });
    const { file, report } = await trainClassifier(records, { ...pair, candidate: "table" });
    expect(report.candidates.map(({ name }) => name)).toContain("mean+table");
    const gains = new Map(file.table?.gains);
    expect(gains.get("proofs")).toBeGreaterThan((gains.get("travel") ?? 0) + 0.2);
    expect(file.withCategory).toBeUndefined();
  });

  it("adds the table for requests whose category it lists, in a reference distribution of its own", async () => {
    const { file } = await trainClassifier(topicRecords(200, { categories: true }), pair);
    expect(file.candidate).toBe("mean");
    expect(file.score.map(({ part }) => part)).not.toContain("table");
    expect(file.withCategory?.score.map(({ part }) => part)).toContain("table");
    expect(file.withCategory?.quantiles).not.toEqual(file.quantiles);
    const { file: plain } = await trainedOn(200);
    expect(plain.withCategory).toBeUndefined();
    const alike = topicRecords(200).map((record) => ({ ...record, category: "one" }));
    expect((await trainClassifier(alike, pair)).file.withCategory).toBeUndefined();
  });

  it("is not proven by copies of one template with other names and numbers", async () => {
    const copies = topicRecords(200).map((record, index) => ({
      ...record,
      prompt: `Please look up the order ${index} and say in short words when it will arrive`,
    }));
    const { report } = await trainClassifier(copies, pair);
    expect(report).toMatchObject({ proven: false, recommended: false });
    expect(report.reason).toMatch(/too few prompts differ by more than names and numbers \(fewer than 40\)/);
  });

  it("counts how often small changes of a prompt change its side, and says where that is too often", async () => {
    const { file, report } = await trainedOn(200);
    expect(report.flips.map(({ kind }) => kind)).toEqual([
      ...["typos", "case", "punctuation", "courtesies", "role line", "fence", "quotes", "signature"],
    ]);
    for (const { prompts, share } of report.flips) {
      expect(prompts).toBe(200);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    // Words are read without their case.
    expect(report.flips.find(({ kind }) => kind === "case")?.share).toBe(0);
    const above = report.flips.filter(({ share }) => share > 0.1);
    expect(file.notRecommended === undefined).toBe(above.length === 0);
    for (const { kind } of above) expect(file.notRecommended).toContain(kind);
    expect(file.recommended).toBe(file.proven && above.length === 0);
    const { report: steady } = await trainClassifier(topicRecords(200), {
      ...pair,
      candidate: "default",
      base: { name: "steady", version: "1", classify: ({ turns }) => ({ complexity: turns / 2 }) },
    });
    expect(steady.flips.every(({ share }) => share === 0)).toBe(true);
    expect(steady.notRecommended).toBeUndefined();
  });

  it("measures no flips where no prompt is short enough, and trains all the same", async () => {
    const long = topicRecords(60).map((record) => ({ ...record, prompt: `${record.prompt} `.repeat(400) }));
    const { report } = await trainClassifier(long, pair);
    expect(report.flips).toEqual([]);
  });

  it("has a curve for each of any number of models, never one that worsens the Brier score", async () => {
    const models = ["large", "middle", "small"];
    const { file, report } = await trainClassifier(topicRecords(300), { ...pair, models });
    expect(file.models).toEqual(models);
    expect(report.models.map(({ model }) => model)).toEqual(models);
    for (const { brier, brierOfMean } of report.models) expect(brier).toBeLessThanOrEqual(brierOfMean);
    expect(report.models.at(-1)?.brier).toBeLessThan(0.8 * (report.models.at(-1)?.brierOfMean ?? 0));
    expect(file.logistic.heads).toHaveLength(3);
  });

  it("gives the same bytes for the same records and seed, others for another seed", async () => {
    const records = topicRecords(120);
    const bytes = async (seed: number) =>
      JSON.stringify((await trainClassifier(records, { ...pair, seed })).file);
    const once = await bytes(3);
    expect(await bytes(3)).toBe(once);
    expect(await bytes(4)).not.toBe(once);
  });

  it("hashes what it read: a changed quality is another hash, a changed cost is not", async () => {
    const records = topicRecords(60);
    const hash = async (changed: OutcomeRecord[]) => (await trainClassifier(changed, pair)).file.data.sha256;
    const [first, ...rest] = records as [OutcomeRecord, ...OutcomeRecord[]];
    const withOutcome = (outcome: object): OutcomeRecord[] => [
      { ...first, outcomes: { ...first.outcomes, small: { quality: 0.5, ...outcome } } },
      ...rest,
    ];
    const half = await hash(withOutcome({}));
    expect(await hash(withOutcome({ costUsd: 1 }))).toBe(half);
    expect(await hash(withOutcome({ quality: 0.4 }))).not.toBe(half);
  });

  it("says which records it was fitted on, and of which split", async () => {
    const records = topicRecords(80).map((record, index) =>
      index < 10 ? { ...record, outcomes: { small: { quality: 1 } } } : record,
    );
    const split = { seed: 3, share: 0.5, part: "fit", groupBy: ["prompt"] } as const;
    const { file } = await trainClassifier(records, { ...pair, split });
    expect(file.keys).toEqual(recordKeysOf(records.slice(10), "fit", split));
  });

  it("uses graded quality as it is: grades on one side of 0.5 are told apart", async () => {
    const graded = topicRecords(200).map((record) => {
      const travel = (record.outcomes["small"]?.quality ?? 0) > 0.5;
      return { ...record, outcomes: { small: { quality: travel ? 0.9 : 0.6 }, large: { quality: 0.95 } } };
    });
    const { report } = await trainClassifier(graded, { ...pair, candidate: "logistic" });
    expect(report.candidates.find(({ name }) => name === "logistic")?.apgr.value).toBeGreaterThan(0.6);
  });

  it("leaves out records that lack a model, and counts them", async () => {
    const records = topicRecords(80).map((record, index) =>
      index < 10 ? { ...record, outcomes: { small: { quality: 1 } } } : record,
    );
    const { report } = await trainClassifier(records, pair);
    expect(report).toMatchObject({ records: 70, skipped: 10 });
  });

  it("trains where all records look alike: no candidate is sure to beat a constant", async () => {
    const alike = topicRecords(80).map((record, index) => ({
      ...record,
      prompt: String.fromCharCode(0x4e00 + index),
      category: "",
    }));
    const { file, report } = await trainClassifier(alike, pair);
    expect(report.proven).toBe(false);
    expect(file.table).toBeUndefined();
    for (const { after } of report.models) expect(Number.isFinite(after.brier + after.ece)).toBe(true);
  });

  it("tells of its progress, fold by fold", async () => {
    const seen: string[] = [];
    await trainClassifier(topicRecords(50), {
      ...pair,
      onProgress: (done, of) => seen.push(`${done}/${of}`),
    });
    expect(seen).toEqual(["1/5", "2/5", "3/5", "4/5", "5/5"]);
  });

  it("stands beside another base classifier where one is given", async () => {
    const { file } = await trainClassifier(topicRecords(60), { ...pair, base: length() });
    expect(file.base.name).toBe("length");
  });

  it.each<[string, OutcomeRecord[], object, RegExp]>([
    ["too few prompts", topicRecords(30), {}, /too few different prompts to train on: 30 records, about 40/],
    [
      "one prompt many times",
      topicRecords(60).map((record) => ({ ...record, group: "all" })),
      {},
      /too few different prompts/,
    ],
    [
      "a model without outcomes",
      topicRecords(60),
      { large: "huge" },
      /model must be one that the records have outcomes of: large, middle, small, got "huge"/,
    ],
    [
      "models that no record has both",
      topicRecords(60).map(({ outcomes: { small, large }, ...record }, index) => ({
        ...record,
        outcomes: (index % 2 === 0 ? { small } : { large }) as OutcomeRecord["outcomes"],
      })),
      {},
      /records must be at least one that has outcomes of all of .*small/,
    ],
    ["no records", [], {}, /records must be at least one/],
    ...[Number.NaN, 7, -0.1, "0.5", null].map((quality): [string, OutcomeRecord[], object, RegExp] => [
      `a quality of ${quality}`,
      topicRecords(60).map((record, index) =>
        index === 3
          ? { ...record, outcomes: { ...record.outcomes, small: { quality: quality as number } } }
          : record,
      ),
      {},
      /records:4: outcomes\["small"\]\.quality must be a number in \[0, 1\], got /,
    ]),
    ["a misspelt option", topicRecords(60), { candidat: "best" }, /trainClassifier\.candidat must be absent/],
    [
      "a base that has to be waited for",
      topicRecords(60),
      { base: { name: "slow", version: "1", classify: async () => ({ complexity: 0.5 }) } },
      /base must be a classifier that answers at once/,
    ],
    [
      "a base that says nothing",
      topicRecords(60),
      { base: { name: "none", version: "1", classify: () => ({ complexity: Number.NaN }) } },
      /base: its complexity must be a number in \[0, 1\], got NaN/,
    ],
    [
      "a large model that is not better",
      topicRecords(60),
      { small: "large", large: "small" },
      /better than large/,
    ],
    ["one model twice", topicRecords(60), { large: "small" }, /another model than/],
    ["an unknown candidate", [], { candidate: "magic" }, /candidate must be one of best, length, default, /],
    [
      "a table where no record has a category",
      topicRecords(60),
      { candidate: "table" },
      /candidate must be one of best, .* got "table"/,
    ],
  ])("refuses %s", async (_, records, options, message) => {
    await expect(trainClassifier(records, { ...pair, ...options })).rejects.toThrow(message);
  });
});
