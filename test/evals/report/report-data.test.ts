import { describe, expect, it } from "vitest";
import type { OutcomeRecord } from "../../../evals/data/outcomes/outcome-record.ts";
import { recordKeysOf } from "../../../evals/data/split/record-keys.ts";
import { reportData } from "../../../evals/report/report-data.ts";
import type { PairReportOptions } from "../../../evals/report/report-options.ts";
import { only } from "../../../policies/constraints/index.ts";
import { always, firstOf, threshold } from "../../../policies/index.ts";
import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { createRouter, type Tuning } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { estimating, large, now, reportRecords, small, stated } from "../../support/evals/report-world.ts";
import { tuned } from "../../support/evals/tuned.ts";
import { wordOf } from "../../support/evals/word-of.ts";

const options = {
  small,
  large,
  classifier: stated,
  threshold: 0.5,
  resamples: 100,
  now,
} satisfies PairReportOptions;
const { threshold: _, ...untuned } = options;

/** Four requests: easy and fine, easy and lost, hard and won, hard and wasted. */
const four: readonly OutcomeRecord[] = (
  [
    ["a", 0.1, 1, 1],
    ["b", 0.2, 0, 1],
    ["c", 0.8, 0, 1],
    ["d", 0.9, 1, 1],
  ] as const
).map(([id, complexity, ofSmall, ofLarge]) => ({
  id,
  prompt: `${complexity} ${id}`,
  outcomes: { [small]: { quality: ofSmall, costUsd: 1 }, [large]: { quality: ofLarge, costUsd: 9 } },
}));

describe("reportData of a threshold between two models", () => {
  it("agrees with four requests worked by hand", async () => {
    const { rows, curves, worst, saving, scores, verdict } = await reportData(four, {
      ...options,
      requestsPerMonth: 1_000_000,
    });
    const [ours, random, length, alwaysSmall, alwaysLarge, oracle] = rows;
    expect(ours).toMatchObject({
      name: "stated",
      quality: { value: 0.75 },
      costUsd: { value: 5 },
      largeCallRate: { value: 0.5 },
      loss: { value: 0.25 },
      overRandom: { value: 0 },
      regret: { value: 0.25 },
    });
    expect(ours?.saving?.value).toBeCloseTo(4 / 9, 12);
    expect([random?.name, length?.name]).toEqual(["random", "length"]);
    expect(alwaysSmall).toMatchObject({ name: "always-small", model: small, quality: { value: 0.5 } });
    expect(alwaysLarge).toMatchObject({ model: large, loss: { value: 0 }, saving: { value: 0 } });
    expect(oracle).toMatchObject({
      quality: { value: 1 },
      costUsd: { value: 5 },
      overRandom: { value: 0.25 },
    });
    expect(curves?.router.map(({ quality, threshold: at }) => [at, quality])).toEqual([
      [undefined, 0.5],
      [0.9, 0.5],
      [0.8, 0.75],
      [0.2, 1],
      [0.1, 1],
    ]);
    expect(worst).toEqual({
      misrouted: 1,
      records: [
        {
          id: "b",
          category: undefined,
          complexity: 0.2,
          sentTo: [small],
          quality: 0,
          best: large,
          regret: 1,
          prompt: "0.2 b",
        },
      ],
    });
    expect(saving).toMatchObject({ requests: 1_000_000, savedUsd: { value: 4_000_000 } });
    expect(
      scores?.map(({ records, toReference }) => [records, toReference]).filter(([n]) => n !== 0),
    ).toEqual([
      [1, 0],
      [1, 0],
      [1, 1],
      [1, 1],
    ]);
    expect(verdict).toMatch(
      /^Sends 50 % of requests to openai:gpt-5; costs 44 % less \[.*\]; lost 25\.0 points of quality \[.*\] on these records\. Not certified: it is not tuned\.$/,
    );
  });

  it("sets the router against each model alone, and against what answers today", async () => {
    const report = await reportData(four, { ...options, requestsPerMonth: 1_000, judge: "a person" });
    expect(report).toMatchObject({ today: large, judge: "a person", rightOrWrong: true, uncosted: [] });
    const [alone, all] = report.alternatives;
    // The router costs 5 a request and is right on 3 of 4; small costs 1 and is right on 2, large 9 and on all.
    expect(alone).toMatchObject({
      model: small,
      quality: { value: 0.5 },
      costUsd: { value: 1_000 },
      savedUsd: { value: -4_000 },
      savedShare: { value: -4 },
      lost: { value: -0.25 },
    });
    expect(all).toMatchObject({
      model: large,
      costUsd: { value: 9_000 },
      savedUsd: { value: 4_000 },
      lost: { value: 0.25 },
    });
    const today = await reportData(four, { ...options, today: small });
    expect(today.recommendation.headline).toBe(
      "Cost 400 % more and gained 25.0 points of quality on these records.",
    );
  });

  it("derives the month from the times of the records, unless it is given or they are a sample", async () => {
    const records = reportRecords(120, (record, index) => ({
      ...record,
      at: new Date(now - index * 3_600_000 * 4).toISOString(),
    }));
    const { saving } = await reportData(records, options);
    // Six a day.
    expect(saving?.requests).toBe(183);
    expect(saving?.derived).toMatchObject({ records: 120 });
    const given = await reportData(records, { ...options, requestsPerMonth: 7 });
    expect(given.saving).toMatchObject({ requests: 7, derived: undefined });
    const sample = await reportData(records, { ...options, isSample: true });
    expect(sample.saving).toMatchObject({ requests: undefined, derived: undefined });
  });

  it("keeps a cost that is not known unknown, and says whose it is", async () => {
    const records = four.map((record, index) =>
      index > 0 ? record : { ...record, outcomes: { ...record.outcomes, [small]: { quality: 0.5 } } },
    );
    const report = await reportData(records, options);
    expect(report.uncosted).toEqual([{ model: small, records: 1 }]);
    expect(report.saving).toBeUndefined();
    expect(report.rightOrWrong).toBe(false);
    expect(report.alternatives.map(({ costUsd, savedUsd }) => [costUsd?.value, savedUsd])).toEqual([
      [undefined, undefined],
      [9_000, undefined],
    ]);
    expect(report.recommendation.headline).toContain("what it saves is not known");
  });

  it("is the same for the same records, seed and options", async () => {
    const records = reportRecords(200);
    expect(await reportData(records, options)).toEqual(await reportData(records, options));
  });

  it("says what a tuning file promises, and takes its threshold", async () => {
    const tuning = tuned();
    const report = await reportData(reportRecords(400), { ...untuned, tuning });
    expect(report.thresholds).toEqual([0.5]);
    expect(report.certificate).toMatchObject({ maxLoss: 0.05, tunedOn: 0, units: 1_000 });
  });

  it("ends a promise that is not kept on these records, has expired, or is about another classifier", async () => {
    const broken = await reportData(reportRecords(1_000), {
      ...untuned,
      classifier: { ...stated, version: "2" },
      tuning: tuned(),
      now: Date.parse("2027-03-01"),
    });
    expect(broken.certificate?.problems).toEqual([
      "it is about the classifier stated@1, and this is stated@2",
      "it expired on 2027-01-30",
      expect.stringContaining("on these records it lost"),
    ]);
    expect(broken.verdict).toContain("Not certified");
    const kept = await reportData(reportRecords(1_000), {
      ...untuned,
      tuning: tuned({ certificate: { maxLoss: 0.2, upperBound: 0.1 } }),
    });
    expect(kept.certificate?.problems).toEqual([]);
    expect(kept.verdict).toMatch(/; loses at most 20 points of quality with 95 % confidence\.$/);
  });

  it("ends a promise on regressions that these records break, though gains make up for the losses", async () => {
    const records = reportRecords(600, (record, index) => ({
      ...record,
      outcomes: {
        [small]: { quality: index % 4 === 0 ? 0 : 1 },
        [large]: { quality: index % 4 === 1 ? 0 : 1 },
      },
    }));
    const byMean = await reportData(records, { ...untuned, tuning: tuned() });
    expect(byMean.certificate?.problems).toEqual([]);
    const tuning = tuned({ certificate: { guarantee: "regressions" } });
    const { certificate, verdict } = await reportData(records, { ...untuned, tuning });
    expect(certificate?.problems).toEqual([
      expect.stringMatching(
        /^on these records it answered 1\d % of requests worse, and with 95 % confidence at least \d+(\.\d)? %: more than the 5 % promised$/,
      ),
    ]);
    expect(verdict).toContain("Not certified");
  });

  it("counts as many records of a conversation as the certificate does", async () => {
    const records = reportRecords(400, (record, index) => ({
      ...record,
      prompt: `0.1 ${record.id} of ${wordOf(Number(record.id.slice(1)))}`,
      session: index < 100 ? "long" : undefined,
      outcomes: { [small]: { quality: index < 100 ? 0 : 1 }, [large]: { quality: 1 } },
    }));
    const { certificate } = await reportData(records, { ...untuned, tuning: tuned() });
    expect(certificate?.problems).toEqual([]);
    const alone = tuned({ certificate: { groupBy: ["prompt"] } });
    expect((await reportData(records, { ...untuned, tuning: alone })).certificate?.problems).toHaveLength(1);
  });

  it("ends the certificate of a category that its records break", async () => {
    const records = reportRecords(900, (record) => ({
      ...record,
      outcomes: {
        [small]: { quality: record.category === "code" ? 0 : 1 },
        [large]: { quality: record.category === "code" ? 0.8 : 1 },
      },
    }));
    const at = { name: "threshold", parameters: { small, large, at: 0.5, otherwise: large } };
    const { certificate: own } = tuned({ certificate: { confidence: 0.975 } });
    const tuning = tuned({
      kind: "categories",
      threshold: 0,
      policy: { name: "byTask", parameters: { tasks: { chat: at, code: at }, otherwise: large } },
      certificate: { maxLoss: 0.2 },
      categories: [
        { category: "chat", threshold: 0.5, certificate: own, curve: [] },
        { category: "code", threshold: 0.5, certificate: own, curve: [] },
      ],
    });
    const { certificate } = await reportData(records, { ...untuned, tuning });
    expect(certificate?.problems).toEqual([
      expect.stringMatching(
        /^on the records of category code it lost \d\d\.\d points of quality, and with 98\.75 % confidence at least/,
      ),
    ]);
  });

  it("lists the thresholds of a tuning by category, and the categories without one", async () => {
    const of = (at: number) => ({ name: "threshold", parameters: { small, large, at, otherwise: large } });
    const tuning = tuned({
      kind: "categories",
      threshold: 0,
      policy: {
        name: "byTask",
        parameters: { tasks: { chat: of(0.6), code: large }, otherwise: large },
      },
      categories: [
        { category: "chat", threshold: 0.6, certificate: tuned().certificate, curve: [] },
        { category: "code", threshold: 0, records: 20, problem: "too few records" },
      ],
    });
    const { certificate, rows, kind } = await reportData(reportRecords(150), { ...untuned, tuning });
    expect(kind).toBe("pair");
    expect(rows[0]?.name).toBe("byTask");
    expect(certificate?.threshold).toBeUndefined();
    expect(certificate?.categories).toEqual([
      { category: "chat", threshold: 0.6, records: 1_000, upperBound: 0.04 },
      { category: "code", threshold: 0, records: 20, problem: "too few records" },
    ]);
  });

  it("counts the records that were tuned on, and warns of them", async () => {
    const records = reportRecords(100);
    const tuning = tuned({ data: recordKeysOf(records.slice(0, 30), "tune") });
    const { certificate, warnings } = await reportData(records, { ...untuned, tuning });
    expect(certificate?.tunedOn).toBe(30);
    expect(warnings[0]).toBe(
      "Routing was tuned on at least 30 of the 100 records: its figures look too good.",
    );
    const { warnings: ofOthers } = await reportData(records.slice(30), { ...untuned, tuning });
    expect(ofOthers.join(" ")).not.toContain("tuned on");
  });

  it("leaves out records without both models and says how many, and never imputes", async () => {
    const records = reportRecords(120, (record, index) =>
      index % 4 === 0 ? { ...record, outcomes: { [small]: { quality: 1 } } } : record,
    );
    const { provenance, warnings } = await reportData(records, options);
    expect(provenance).toMatchObject({ read: 120, records: 90, skipped: 30 });
    expect(warnings).toContain(
      "30 records were left out: a model has no outcome there, or none is permitted.",
    );
  });

  it("says nothing of money where one cost is not known", async () => {
    const records = reportRecords(120, (record, index) =>
      index === 5 ? { ...record, outcomes: { ...record.outcomes, [small]: { quality: 1 } } } : record,
    );
    const report = await reportData(records, options);
    expect(report.saving).toBeUndefined();
    expect(report.rows[0]?.saving).toBeUndefined();
    expect(report.rows[0]?.overRandom).toBeDefined();
    expect(report.verdict).toContain("costs are not known");
    expect(report.warnings).toContain(
      "Costs are not known for all records: the report has no figures on money.",
    );
  });

  it("has no intervals where all records are of one unit, and says so", async () => {
    const records = reportRecords(60, (record) => ({ ...record, session: "one" }));
    const { rows, warnings, verdict } = await reportData(records, options);
    expect(rows[0]?.quality).toEqual({ value: expect.any(Number), low: undefined, high: undefined });
    expect(warnings).toContain(
      "All records are of one independent unit: there are no intervals, and nothing can be concluded.",
    );
    expect(verdict).not.toContain("[");
  });

  it("warns of constant scores, of a small model that is better, of few records and of training on them", async () => {
    const swapped = reportRecords(60, (record) => ({
      ...record,
      outcomes: { [small]: { quality: 1, costUsd: 1 }, [large]: { quality: 0, costUsd: 2 } },
    }));
    const constant = { name: "constant", version: "1", classify: () => ({ complexity: 0.5 }) };
    const { warnings } = await reportData(swapped, {
      ...options,
      classifier: constant,
      trainedOn: ({ id }) => id === "r1",
    });
    expect(warnings).toEqual([
      expect.stringContaining("trained on at least 1 of the"),
      expect.stringContaining("Only 60 independent records"),
      expect.stringContaining("is not better than"),
      expect.stringContaining("the same complexity"),
    ]);
  });

  it("warns of a classifier that routes no better than a coin, nor than length", async () => {
    const records = reportRecords(300, (record) => ({
      ...record,
      prompt: `${record.prompt} ${"x".repeat(Math.round(1_000 * Number.parseFloat(record.prompt ?? "")))}`,
    }));
    const reversed = {
      name: "reversed",
      version: "1",
      classify: ({ ask }: { readonly ask: string }) => ({ complexity: 1 - Number.parseFloat(ask) }),
    };
    expect((await reportData(records, { ...options, classifier: reversed })).warnings).toEqual([
      expect.stringMatching(
        /^On these records the router is not surely better than a random choice that costs as much/,
      ),
      "On these records the length of the prompt routes as well as the classifier.",
    ]);
  });

  it("sends what could not be classified to the large model and says so", async () => {
    const records = reportRecords(120, (record, index) =>
      index < 3 ? { ...record, prompt: `hello ${index}` } : record,
    );
    const { provenance, scores, warnings } = await reportData(records, options);
    expect(provenance.unclassified).toBe(3);
    expect(scores?.reduce((sum, bin) => sum + bin.records, 0)).toBe(117);
    expect(warnings.join()).toContain("3 records could not be classified");
  });

  it("marks small categories and pools those beyond thirty", async () => {
    const records = reportRecords(600, (record, index) => ({
      ...record,
      category: index < 300 ? "large" : `rare ${index % 60}`,
    }));
    const { categories } = await reportData(records, options);
    expect(categories).toHaveLength(30);
    expect(categories[0]).toMatchObject({ category: "large", records: 300, few: false });
    expect(categories.at(-1)).toMatchObject({ pooled: 32 });
    expect(categories.reduce((sum, row) => sum + row.records, 0)).toBe(600);
    expect(categories[1]?.few).toBe(true);
  });

  it("holds estimates of quality against what was measured, else complexity against the gain", async () => {
    const records = reportRecords(500);
    const { calibration } = await reportData(records, { ...options, classifier: estimating });
    expect(calibration).toMatchObject({ kind: "quality", models: [{ model: small }, { model: large }] });
    if (calibration?.kind !== "quality") throw new Error("quality was expected");
    expect(calibration.models[0]?.bins.reduce((sum, bin) => sum + bin.records, 0)).toBe(500);
    expect(calibration.models[0]?.ece).toBeLessThan(0.1);
    // One estimate for all requests is one bin.
    expect(calibration.models[1]?.bins).toHaveLength(1);
    expect((await reportData(records, options)).calibration).toMatchObject({ kind: "gain" });
  });

  it("cuts no character in two", async () => {
    const records = four.map((record) => ({ ...record, prompt: `${record.prompt}${"x".repeat(393)}😀😀` }));
    const { worst } = await reportData(records, options);
    expect(worst.records[0]?.prompt).not.toMatch(/\p{Cs}/u);
    expect(worst.records[0]?.prompt).toMatch(/x…$/);
  });

  it("bounds the worst, the surest mistakes first, and leaves prompts out when asked", async () => {
    const records = reportRecords(500, (record) => ({
      ...record,
      prompt: `${record.prompt} ${"x".repeat(9_000)}`,
    }));
    const { worst } = await reportData(records, options);
    expect(worst.records).toHaveLength(20);
    expect(worst.misrouted).toBeGreaterThan(20);
    const farness = worst.records.map(({ complexity = 0 }) => Math.abs(complexity - 0.5));
    expect(farness).toEqual([...farness].sort((a, b) => b - a));
    for (const { prompt } of worst.records) expect(prompt).toHaveLength(400);
    const without = await reportData(records, { ...options, prompts: false });
    expect(JSON.stringify(without)).not.toContain("request number");
  });

  it("refuses one model twice, a threshold beside a tuning file, other models than it tuned, and no records", async () => {
    const records = reportRecords(20);
    const refused = [
      { ...options, large: small },
      { ...options, tuning: tuned() },
      { ...untuned, small: "vllm:other", tuning: tuned() },
      { ...options, requestsPerMonth: 0 },
      { ...options, requestsPerMonth: Number.NaN },
      { ...options, requestsPerMonth: 1e13 },
      { ...options, today: "openai:other" },
      { ...options, judge: "" },
    ];
    for (const one of refused) await expect(reportData(records, one)).rejects.toThrow(InvalidOptionError);
    const apart = records.map((record, index) => ({
      ...record,
      outcomes: { [index % 2 === 0 ? small : large]: { quality: 1 } },
    }));
    await expect(reportData(apart, options)).rejects.toThrow("records with outcomes of all of");
  });
});

describe("reportData of a router", () => {
  const models = {
    little: fakeModel({ provider: "vllm", model: "qwen" }),
    big: fakeModel({ provider: "openai", model: "gpt-5" }),
  };

  it("sets its policy beside each model alone and the oracle, against the model that is best alone", async () => {
    const router = createRouter({
      models,
      classifier: stated,
      policy: firstOf(threshold({ small: "little", large: "big", at: 0.5 })),
    });
    const report = await reportData(reportRecords(200), { router, resamples: 50, now });
    expect(report).toMatchObject({ kind: "router", reference: "big", thresholds: [], curves: undefined });
    expect(report.rows.map(({ name }) => name)).toEqual([
      "firstOf",
      "random",
      "always-little",
      "always-big",
      "oracle",
    ]);
    expect(report.rows.map(({ largeCallRate }) => largeCallRate?.value)).toEqual([
      expect.closeTo(0.5, 1),
      report.rows[0]?.largeCallRate?.value,
      0,
      1,
      undefined,
    ]);
    expect(report.warnings).toEqual([]);
    expect(report.certificate).toBeUndefined();
    await router.close();
  });

  it("is what a threshold between two models is, where it is one and no constraint interferes", async () => {
    const policy = threshold({ small: "little", large: "big", at: 0.5 });
    const records = reportRecords(200);
    const router = createRouter({ models, classifier: stated, policy });
    const report = await reportData(records, { router, resamples: 50, now });
    const pair = await reportData(records, { ...options, resamples: 50 });
    expect(report).toMatchObject({ kind: "pair", models: ["little", "big"], policy: pair.policy });
    const rowsOf = ({ rows }: typeof report) => rows.map(({ model, ...row }) => row);
    expect(rowsOf(report)).toEqual(rowsOf(pair));
    expect(report.curves).toEqual(pair.curves);
    expect(report.provenance.classifier).toBe("stated@1");

    const tight = createRouter({ models, classifier: stated, policy, constraints: [only("big")] });
    expect((await reportData(records, { router: tight, resamples: 50, now })).kind).toBe("router");
  });

  it("has the certificate of the tuning file that the router carries, or why it is not about this router", async () => {
    const tuning = tuned({ certificate: { maxLoss: 0.2, upperBound: 0.1 } });
    // The small model is better here: what the certificate was measured against stays the reference.
    const records = reportRecords(200, (record) => ({
      ...record,
      outcomes: { [small]: { quality: 1 }, [large]: { quality: 0.9 } },
    }));
    const reportAt = async (at: number, carried: Tuning = tuning, when = now) => {
      const policy = threshold({ small: "little", large: "big", at });
      const router = createRouter({ models, classifier: stated, policy, tuning: carried, clock: () => when });
      return reportData(records, { router, resamples: 50, now: when });
    };
    const { certificate, reference, verdict } = await reportAt(0.5);
    expect(reference).toBe("big");
    expect(certificate).toMatchObject({ version: tuning.version, threshold: 0.5, problems: [] });
    expect(verdict).toMatch(/loses at most 20 points of quality with 95 % confidence\.$/);

    const known = tuned({ fitted: recordKeysOf(records.slice(0, 7), "fit") });
    expect((await reportAt(0.5, known)).warnings).toContainEqual(
      expect.stringContaining("trained on at least 7 of the 200 records"),
    );

    const other = await reportAt(0.6);
    expect(other.certificate?.problems).toEqual([
      "other parameters of the policy threshold were tuned: at differs",
    ]);
    expect(other.verdict).toContain("Not certified");
    const late = await reportAt(0.5, tuning, Date.parse("2027-03-01"));
    expect(late.certificate?.problems).toEqual(["it expired on 2027-01-30"]);
    const { version, expiresAt, policy, models: names, classifier } = tuning;
    const bare = { version, expiresAt, policy, models: names, classifier };
    expect((await reportAt(0.5, bare)).certificate).toBeUndefined();
  });

  it("warns of a model alone that costs no more and answers better", async () => {
    const records = reportRecords(200, (record) => ({
      ...record,
      outcomes: { [small]: { quality: 0.5, costUsd: 2 }, [large]: { quality: 0.9, costUsd: 1 } },
    }));
    const router = createRouter({
      models,
      classifier: stated,
      policy: threshold({ small: "little", large: "big", at: 0.5 }),
    });
    const { warnings } = await reportData(records, { router, resamples: 50, now });
    expect(warnings[0]).toBe(
      "Always big costs no more and answers better on these records: routing gains nothing over it.",
    );
    await router.close();
  });

  it("has no scores where nothing was classified", async () => {
    const router = createRouter({ models, policy: always("big") });
    const report = await reportData(reportRecords(100), { router, resamples: 50, now });
    expect(report.rows[0]).toMatchObject({ loss: { value: 0 }, largeCallRate: { value: 1 } });
    await router.close();
  });
});
