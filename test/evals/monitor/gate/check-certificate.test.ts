import { describe, expect, it } from "vitest";
import { recordKeysOf } from "../../../../evals/data/split/record-keys.ts";
import type { OutcomeRecord } from "../../../../evals/index.ts";
import { checkCertificate, type GateReport } from "../../../../evals/monitor/gate/check-certificate.ts";
import type { LossEvidence } from "../../../../evals/monitor/gate/loss-evidence.ts";
import { baselineOf } from "../../../../evals/tune/baseline.ts";
import { notRefused } from "../../../../policies/checks/index.ts";
import { cascade, threshold } from "../../../../policies/index.ts";
import { createRouter } from "../../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../../src/testing/index.ts";
import { recordOf, stated } from "../../../support/evals/records.ts";
import {
  large,
  largePrice,
  now,
  recordsOf,
  small,
  smallPrice,
  type Tuned,
  tuned,
  type World,
} from "../../../support/evals/tuned.ts";

const refusal = "I cannot help with that.";

/** Both prices known and as they were: only the large model is in the catalogue. */
const router = (changes: { at?: number; name?: string; price?: typeof smallPrice } = {}) =>
  createRouter({
    models: {
      little: fakeModel({ name: small, price: changes.price ?? smallPrice }),
      big: fakeModel({ name: changes.name ?? large, price: largePrice }),
    },
    policy: threshold({ small: "little", large: "big", at: changes.at ?? 0.5 }),
    classifier: stated,
  });

const check = (world: World, file: Tuned = {}, options = {}): Promise<GateReport> =>
  checkCertificate(tuned(file), recordsOf(world), { router: router(), now, ...options });

const verdicts = ({ checks }: GateReport) =>
  Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
const sentence = ({ checks }: GateReport, name: string) => checks.find((one) => one.name === name)?.sentence;

const allPassed = {
  promise: "passed",
  "small-model": "passed",
  "large-model": "passed",
  loss: "passed",
  "large-calls": "passed",
  skipped: "passed",
  recertification: "passed",
  "unit-size": "passed",
  expiry: "passed",
  classifier: "passed",
  models: "passed",
  policy: "passed",
  prices: "passed",
  "score-distribution": "passed",
};

describe("checkCertificate", () => {
  it("passes where everything is as it was tuned", async () => {
    const report = await check({ count: 2_000, loss: 0.04 });
    expect(verdicts(report)).toEqual(allPassed);
    expect(report).toMatchObject({ passed: true, records: 2_000, units: 2_000, skipped: 0, unclassified: 0 });
    expect(sentence(report, "promise")).toMatch(
      /do not contradict the promise: loss 1\.\d+ %, at most 5 % were promised \(2000 records\)/,
    );
  });

  it("fails where the loss is surely above what was promised, and says by how much", async () => {
    const report = await check({ count: 1_000, loss: 0.3 });
    expect(report.passed).toBe(false);
    const worse = { "small-model": "failed", loss: "failed" };
    expect(verdicts(report)).toEqual({
      ...allPassed,
      ...worse,
      promise: "failed",
      recertification: "not-judged",
    });
    expect(sentence(report, "promise")).toMatch(
      /the promise no longer holds: loss 1\d\.?\d* % and at least \d+\.?\d* % with 95 % confidence, at most 5 % were promised/,
    );
  });

  it("does not ask for more outcomes where these lost more than was promised", async () => {
    const ofMany = await check({ count: 1_000, loss: 0.3 });
    expect(sentence(ofMany, "recertification")).toMatch(/; they lost more than was promised$/);
    const ofFew = await check({ count: 30, loss: 0 });
    expect(sentence(ofFew, "recertification")).toMatch(/; more of them are needed$/);
  });

  it("reports too few records as not judged, which passes, or fails where it is strict", async () => {
    const report = await check({ count: 29, loss: 0.02 });
    const compared = ["small-model", "large-model", "loss", "large-calls", "skipped"];
    const open = Object.fromEntries(
      [...compared, "recertification", "score-distribution"].map((name) => [name, "not-judged"]),
    );
    expect(verdicts(report)).toEqual({ ...allPassed, ...open });
    expect(report.passed).toBe(true);
    expect(sentence(report, "score-distribution")).toMatch(
      /not enough records .* 29 independent fresh ones and 1000/,
    );
    expect((await check({ count: 29, loss: 0.02 }, {}, { strict: true })).passed).toBe(false);
  });

  it.each<[string, Tuned, string, RegExp]>([
    [
      "it has expired",
      { expiresAt: "2026-12-01T00:00:00.000Z" },
      "expiry",
      /expired at 2026-12-01T00:00:00.000Z/,
    ],
    [
      "another version of the classifier was tuned on",
      { classifier: { name: "stated", version: "0" } },
      "classifier",
      /stated@1 is in use, but stated@0 was tuned on/,
    ],
    [
      "scores have drifted",
      { quantiles: Array.from({ length: 129 }, (_, index) => (index / 128) ** 3) },
      "score-distribution",
      /no longer score as the tuning records did \(PSI .*; KS distance 0\.3\d*, p below 0.0001\)/,
    ],
    [
      "prices have changed",
      { prices: { [small]: smallPrice, [large]: { ...largePrice, usdPerMillionOutputTokens: 12 } } },
      "prices",
      /openai:gpt-5 usdPerMillionOutputTokens: 12, today 10/,
    ],
    [
      "a tier of a price has changed",
      {
        prices: {
          [large]: largePrice,
          [small]: { ...smallPrice, tiers: [{ ...smallPrice, aboveInputTokens: 9 }] },
        },
      },
      "prices",
      /vllm:qwen tiers.0.usdPerMillionInputTokens: 0.1, today none/,
    ],
  ])("fails where %s", async (_, file, name, message) => {
    const report = await check({ count: 1_000, loss: 0.02 }, file);
    expect(verdicts(report)).toEqual({ ...allPassed, [name]: "failed" });
    expect(report.passed).toBe(false);
    expect(sentence(report, name)).toMatch(message);
  });

  it.each<[string, Parameters<typeof router>[0], Record<string, string>, RegExp]>([
    [
      "another threshold",
      { at: 0.6 },
      { policy: "failed" },
      /other parameters of threshold \(at: 0.5 certified, 0.6 configured\)/,
    ],
    [
      "another price",
      { price: { ...smallPrice, usdPerMillionInputTokens: 0.2 } },
      { prices: "failed" },
      /qwen usdPerMillionInputTokens: 0.1, today 0.2/,
    ],
    [
      "another version of a model",
      { name: "openai:gpt-5.1" },
      { policy: "failed", models: "failed", prices: "not-judged" },
      /the config has no openai:gpt-5, only vllm:qwen, openai:gpt-5.1/,
    ],
  ])("fails where the config has %s", async (_, changes, expected, message) => {
    const report = await check({ count: 1_000, loss: 0.02 }, {}, { router: router(changes) });
    expect(verdicts(report)).toEqual({ ...allPassed, ...expected });
    const wrong = report.checks.filter(({ verdict }) => verdict === "failed").map((one) => one.sentence);
    expect(wrong.join("\n")).toMatch(message);
  });

  it("without a router takes prices from the catalogue, and does not judge those that it lacks", async () => {
    const report = await check({ count: 1_000, loss: 0.02 }, {}, { router: undefined, classifier: stated });
    const { policy, ...rest } = allPassed;
    expect(verdicts(report)).toEqual({ ...rest, prices: "not-judged", models: "not-judged" });
    expect(sentence(report, "prices")).toMatch(/the current price of vllm:qwen is not known/);
    const changed = { prices: { [large]: smallPrice } };
    const dearer = await check({ count: 1_000, loss: 0.02 }, changed, {
      router: undefined,
      classifier: stated,
    });
    expect(verdicts(dearer)["prices"]).toBe("failed");
  });

  it("fails where another version of a model answers than in tuning", async () => {
    const answeredBy = (version: string) => () => ({
      outcomes: {
        [small]: { quality: 1, servedModel: "qwen-1" },
        [large]: { quality: 1, servedModel: version },
      },
    });
    const file = { servedModels: { [small]: ["qwen-1"], [large]: ["gpt-5-2025-08-07"] } };
    const world = { count: 300, loss: 0 };
    const same = await check({ ...world, rest: answeredBy("gpt-5-2025-08-07") }, file);
    expect(sentence(same, "models")).toBe("the models are those that were tuned (vllm:qwen, openai:gpt-5)");
    const other = await check({ ...world, rest: answeredBy("gpt-5-2026-02-01") }, file);
    expect(verdicts(other)["models"]).toBe("failed");
    expect(sentence(other, "models")).toMatch(
      /gpt-5-2026-02-01 answers as openai:gpt-5, gpt-5-2025-08-07 was tuned/,
    );
    const untold = await check(world, file);
    expect(sentence(untold, "models")).toMatch(
      /; the versions of vllm:qwen, openai:gpt-5 that answered are not recorded$/,
    );
  });

  it("fails where many more records than before cannot be classified", async () => {
    const rest = (index: number) => (index % 5 === 0 ? { prompt: `? ${index}` } : {});
    const report = await check({ count: 1_000, loss: 0, rest });
    expect(report).toMatchObject({ unclassified: 200, passed: false });
    expect(sentence(report, "score-distribution")).toMatch(
      /^20 % of the records could not be classified, 0 % of those tuned on/,
    );
    const asBefore = await check({ count: 1_000, loss: 0, rest }, { certificate: { unclassified: 150 } });
    expect(verdicts(asBefore)["score-distribution"]).toBe("passed");
  });

  it("counts conversations, not messages", async () => {
    // Ten messages a conversation, all lost or none: as much evidence as 60 records.
    const lost = (index: number) => Math.floor(index / 10) % 8 === 0;
    const rest = (index: number) => ({
      session: `s${Math.floor(index / 10)}`,
      outcomes: { [small]: { quality: lost(index) ? 0 : 1 }, [large]: { quality: 1 } },
    });
    const world = { count: 600, loss: 0, rest, score: () => 0.1 };
    const grouped = await check(world, { certificate: { largestUnit: 10 } });
    expect(grouped).toMatchObject({ records: 600, units: 60 });
    expect(verdicts(grouped)).toMatchObject({ promise: "passed", "score-distribution": "not-judged" });
    const alone = await check(world, { certificate: { groupBy: ["prompt"] } });
    expect(verdicts(alone)).toMatchObject({ promise: "failed", "score-distribution": "failed" });
    expect(verdicts(await check(world))).toMatchObject({ "unit-size": "not-judged" });
  });

  it("says of units larger than what the certificate counts that it does not speak of all their requests", async () => {
    const rest = (index: number) => ({ session: `s${Math.floor(index / 10)}` });
    const sized = async (certificate: NonNullable<Tuned["certificate"]>) => {
      const report = await check({ count: 600, loss: 0, rest }, { certificate });
      return [verdicts(report)["unit-size"], sentence(report, "unit-size")];
    };
    const by = "(by prompt, group, session, tenant)";
    expect(await sized({ largestUnit: 4, unitCap: 4 })).toEqual([
      "not-judged",
      `a unit ${by} has 10 records, which the certificate counts as 4: tune again with units as large`,
    ]);
    expect(await sized({ largestUnit: 4, unitCap: 12 })).toEqual([
      "passed",
      `the largest unit ${by} has 10 records, all of which the certificate counts (up to 12)`,
    ]);
    // A cap below the largest one is chosen: then units of any size count as many.
    expect(await sized({ largestUnit: 4, unitCap: 1 })).toEqual([
      "passed",
      `the largest unit ${by} has 10 records; units count as 1 at most, as certified`,
    ]);
  });

  it.each([
    [100, 1, "passed"],
    [100, 2, "not-judged"],
    [2_000, 1, "passed"],
    [2_000, 10, "passed"],
    [2_000, 11, "not-judged"],
  ])("of %i records, %i that come twice: unit-size is %s in a strict gate", async (count, twice, verdict) => {
    const rest = (index: number) =>
      index < 2 * twice ? { prompt: `0.5 request ${Math.floor(index / 2)}` } : {};
    const report = await check({ count, loss: 0.01, rest }, {}, { strict: true });
    expect(verdicts(report)["unit-size"]).toBe(verdict);
    if (count === 2_000) expect(report.passed).toBe(verdict === "passed");
    expect(sentence(report, "unit-size")).toMatch(
      verdict === "passed"
        ? new RegExp(`has 2 records, which the certificate counts as 1; ${twice} of ${count} records lie`)
        : /tune again with units as large$/,
    );
  });

  it("counts of a conversation what the certificate counts of it", async () => {
    // One conversation of 300 lost messages, and 700 single ones of which none is.
    const rest = (index: number) =>
      index < 300 ? { session: "long", outcomes: { [small]: { quality: 0 }, [large]: { quality: 1 } } } : {};
    const world = { count: 1_000, loss: 0, rest, score: (uniform: number) => uniform / 2 };
    const capped = await check(world, { certificate: { unitCap: 1, largestUnit: 20 } });
    expect(verdicts(capped)).toMatchObject({ promise: "passed" });
    expect(sentence(capped, "promise")).toMatch(/: loss 0\.14 %, at most 5 %/);
  });

  it("checks a promise on regressions, which no gain makes up for", async () => {
    // As many gains as losses: the mean loses nothing.
    const rest = (index: number) => ({
      outcomes: {
        [small]: { quality: index % 4 === 0 ? 0 : 1 },
        [large]: { quality: index % 4 === 1 ? 0 : 1 },
      },
    });
    const world = { count: 1_000, loss: 0, rest };
    expect(verdicts(await check(world))).toMatchObject({ promise: "passed" });
    const report = await check(world, { certificate: { guarantee: "regressions" } });
    expect(verdicts(report)).toMatchObject({ promise: "failed" });
  });

  it("checks the certificate of each category", async () => {
    const certificate = { ...tuned().certificate, confidence: 0.975 };
    const curve = tuned().curve;
    const file: Tuned = {
      kind: "categories",
      threshold: 0,
      policy: {
        name: "byTask",
        parameters: {
          tasks: { chat: { name: "threshold", parameters: { small, large, at: 0.5, otherwise: large } } },
          otherwise: large,
        },
      },
      categories: [
        { category: "chat", threshold: 0.5, certificate, curve },
        { category: "code", threshold: 0.5, certificate, curve },
        { category: "law", threshold: 0, records: 3, problem: "too few records" },
      ],
    };
    const rest = (index: number) => ({ category: index % 4 === 0 ? "chat" : "law" });
    const options = { router: undefined, classifier: stated };
    const report = await check({ count: 2_000, loss: 0.3, rest }, file, options);
    // Over all requests the loss is an eighth of 0.3, less than 0.05.
    expect(verdicts(report)).toMatchObject({ promise: "failed", recertification: "not-judged" });
    expect(sentence(report, "promise")).toMatch(/^the promise no longer holds: category chat: loss 1\d/);
    expect(sentence(report, "recertification")).toMatch(
      /category code: loss 0 %, 5 % promised \(0 records\)/,
    );
    const scopes = report.checks[0]?.figures["scopes"] as readonly LossEvidence[];
    expect(scopes.map(({ category }) => category)).toEqual([undefined, "chat", "code"]);
    // Half of each certificate's delta.
    expect(scopes[0]?.level).toBeCloseTo(0.025, 9);
    expect(scopes[1]?.level).toBeCloseTo(0.0125, 9);
  });

  it("refuses records that tuned the threshold, naming both purposes", async () => {
    const tuningRecords = recordsOf({ count: 100, loss: 0.02, seed: 99 });
    await expect(
      checkCertificate(tuned(), tuningRecords, { router: router(), now, file: "tuning.json" }),
    ).rejects.toThrow(
      /records to check with than those used to tune tuning.json: 100 are in both, record "99-0"/,
    );
  });

  describe("with the records that were tuned on", () => {
    const world = { count: 600, loss: 0.02, seed: 99 };
    const records = recordsOf(world);
    const complexity = Float64Array.from(records, ({ prompt = "" }) => Number.parseFloat(prompt));
    const recorded = { kind: "threshold", threshold: 0.5, models: [small, large] } as const;
    const file: Tuned = {
      data: recordKeysOf(records, "tune"),
      baseline: baselineOf({ ...recorded, certificate: tuned().certificate }, records, complexity, {
        small,
        large,
      }),
    };
    const rerun = (change: (index: number) => Partial<OutcomeRecord>) =>
      checkCertificate(
        tuned(file),
        records.map((record, index) => ({ ...record, ...change(index) })),
        { router: router(), now },
      );
    const lost = { [small]: { quality: 0 }, [large]: { quality: 1 } };

    it("compares each with itself, and proves nothing for others by them", async () => {
      const report = await rerun((index) => (index % 150 === 0 ? { outcomes: lost } : {}));
      expect(report).toMatchObject({ passed: true, records: 0, paired: 600, known: 0 });
      expect(verdicts(report)).toMatchObject({
        "small-model": "passed",
        "large-model": "passed",
        loss: "passed",
        promise: "not-judged",
        recertification: "not-judged",
        "score-distribution": "not-judged",
      });
      expect(sentence(report, "promise")).toMatch(/^all records were tuned on/);
      expect(sentence(report, "small-model")).toMatch(
        /then, 9\d\.?\d* % now \(the same 600 records\); a change of \d\.?\d* % would be found in 9 of 10 runs$/,
      );
    });

    it("finds that a model has become worse", async () => {
      const report = await rerun((index) => (index % 20 === 0 ? { outcomes: lost } : {}));
      expect(verdicts(report)).toMatchObject({ "small-model": "failed", "large-model": "passed" });
      expect(sentence(report, "small-model")).toMatch(/the small model answers worse: tune again$/);
    });

    it("does not take the outcomes of then for new ones", async () => {
      const report = await rerun(() => ({}));
      expect(verdicts(report)).toMatchObject({ "small-model": "not-judged", loss: "not-judged" });
      expect(sentence(report, "small-model")).toMatch(/every outcome is that of the tuning/);
      expect(report.passed).toBe(true);
    });

    it("takes another prompt of a known id for another record", async () => {
      const report = await rerun((index) => ({ prompt: `${(index % 100) / 100} other ${index}` }));
      expect(report).toMatchObject({ records: 600, paired: 0 });
    });

    it("tests both kinds of records where both are there", async () => {
      const both = [
        ...records.map((record, index) => (index % 20 === 0 ? { ...record, outcomes: lost } : record)),
        ...recordsOf({ count: 600, loss: 0.02 }),
      ];
      const report = await checkCertificate(tuned(file), both, { router: router(), now });
      expect(report).toMatchObject({ records: 600, paired: 600 });
      expect(verdicts(report)).toMatchObject({ "small-model": "failed", promise: "passed" });
      expect(sentence(report, "small-model")).toMatch(/\(the same 600 records\)/);
    });
  });

  it("is not made undecided by one record that was tuned on among others, in a strict gate", async () => {
    const old = recordsOf({ count: 600, loss: 0.02, seed: 99 });
    const complexity = Float64Array.from(old, ({ prompt = "" }) => Number.parseFloat(prompt));
    const { certificate } = tuned();
    const baseline = baselineOf(
      { kind: "threshold", threshold: 0.5, models: [small, large], certificate },
      old,
      complexity,
      { small, large },
    );
    const both = [...recordsOf({ count: 2_000, loss: 0.01 }), ...old.slice(0, 1)];
    const file = tuned({ data: recordKeysOf(old, "tune"), baseline });
    const report = await checkCertificate(file, both, { router: router(), now, strict: true });
    expect(Object.values(verdicts(report))).not.toContain("not-judged");
    expect(report).toMatchObject({ passed: true, records: 2_000, paired: 1 });
  });

  it("finds a rise of the share of skipped records, of large calls and of the cost", async () => {
    const priced = (of: number) => ({
      outcomes: { [small]: { quality: 1, costUsd: of }, [large]: { quality: 1, costUsd: 20 * of } },
    });
    const half = Array.from({ length: 400 }, (_, index) => recordOf(`t${index}`, priced(1).outcomes));
    const baseline = baselineOf(
      { kind: "threshold", threshold: 0.5, models: [small, large], certificate: tuned().certificate },
      half,
      Float64Array.from(half, (_, index) => index / 400),
      { small, large },
    );
    const more = await check(
      {
        count: 600,
        loss: 0,
        score: (one) => 0.3 + 0.7 * one,
        rest: (index) => (index % 30 === 0 ? { outcomes: { [large]: { quality: 1 } } } : priced(1.3)),
      },
      { baseline },
    );
    expect(verdicts(more)).toMatchObject({ skipped: "failed", "large-calls": "failed", cost: "failed" });
    expect(sentence(more, "cost")).toMatch(/^cost of a routed request: \$1\.05e\+4 per 1,000 then/);
    const asBefore = await check({ count: 600, loss: 0, rest: () => priced(1) }, { baseline });
    expect(verdicts(asBefore)).toMatchObject({ skipped: "passed", "large-calls": "passed", cost: "passed" });
  });

  it("compares the share that lacks an outcome also where the certificate counted such records as lost", async () => {
    const answered = { outcomes: { [small]: { quality: 1 }, [large]: { quality: 1 } } };
    const late = { outcomes: { [large]: { quality: 1 } } };
    const world = (every: number): World => ({
      count: 600,
      loss: 0,
      rest: (index) => (index % every === 0 ? late : answered),
    });
    const { certificate } = tuned();
    const lost = { ...certificate, skipped: 0, lost: 60, missingShare: 0.1 };
    expect(verdicts(await check(world(10), { certificate: lost }))).toMatchObject({ skipped: "passed" });
    expect(verdicts(await check(world(4), { certificate: lost }))).toMatchObject({ skipped: "failed" });
  });

  it("counts records that lack a model, and refuses when none has all", async () => {
    const records = recordsOf({ count: 300, loss: 0 });
    const one = { [small]: { quality: 1 } };
    const report = await checkCertificate(tuned(), [...records, recordOf("0.1 alone", one)], {
      router: router(),
      now,
    });
    expect(report).toMatchObject({ records: 300, skipped: 1 });
    await expect(
      checkCertificate(tuned(), [recordOf("0.1", one)], { router: router(), now }),
    ).rejects.toThrow(/models must be a model that the records name: vllm:qwen, got "openai:gpt-5"/);
    const apart = [recordOf("0.1", one), recordOf("0.2", { [large]: { quality: 1 } })];
    await expect(checkCertificate(tuned(), apart, { router: router(), now })).rejects.toThrow(
      /outcomes must be records with outcomes of vllm:qwen and openai:gpt-5/,
    );
    await expect(checkCertificate(tuned(), [], { router: router(), now })).rejects.toThrow(/models must be/);
    await expect(checkCertificate(tuned(), records, { now })).rejects.toThrow(/classifier must be given, or/);
  });

  it("replays a cascade by the recorded results of its check, or by the check of the router", async () => {
    const parameters = { models: [small, large], unless: "notRefused", acceptance: 0.7 };
    const file: Tuned = { kind: "policies", policy: { name: "cascade", parameters } };
    // A lost answer is a refusal in two cases of three, and only then refused.
    const outcomesOf = (index: number, recorded: object) => ({
      [small]: {
        quality: index % 4 === 0 ? 0 : 1,
        answer: index % 4 === 0 && index % 3 > 0 ? refusal : "yes",
        ...recorded,
      },
      [large]: { quality: 1, answer: "yes" },
    });
    const answered = (index: number) => ({ outcomes: outcomesOf(index, {}) });
    const checked = (index: number) => ({
      outcomes: outcomesOf(index, { checks: { notRefused: !(index % 4 === 0 && index % 3 > 0) } }),
    });
    const own = createRouter({
      models: {
        little: fakeModel({ name: small, price: smallPrice }),
        big: fakeModel({ name: large, price: largePrice }),
      },
      policy: cascade({ first: "little", then: "big", unless: notRefused() }),
      classifier: stated,
    });
    const world = { count: 600, loss: 0 };
    const byCheck = await check({ ...world, rest: answered }, file, { router: own });
    const byRecord = await check({ ...world, rest: checked }, file, {
      router: undefined,
      classifier: stated,
    });
    for (const report of [byCheck, byRecord])
      expect(sentence(report, "promise")).toMatch(/the promise no longer holds: loss 8\.33 % and at least/);
    await expect(
      check({ ...world, rest: answered }, file, { router: undefined, classifier: stated }),
    ).rejects.toThrow(/outcomes\["vllm:qwen"\]\.checks\["notRefused"\] is missing/);
  });

  it("leaves out records for which the router's constraints leave no choice", async () => {
    const constrained = createRouter({
      models: {
        little: fakeModel({ name: small, price: smallPrice }),
        big: fakeModel({ name: large, price: largePrice }),
      },
      policy: threshold({ small: "little", large: "big", at: 0.5 }),
      classifier: stated,
      constraints: [
        {
          name: "law stays",
          permits: ({ id }, { request }) => request.category !== "law" || id === "big" || "law",
        },
      ],
    });
    // All that the policy may decide is lost below the threshold; with the rest, an eighth of that.
    const rest = (index: number) => ({ category: index % 4 === 0 ? "chat" : "law" });
    const report = await check({ count: 1_000, loss: 0.15, rest }, {}, { router: constrained });
    expect(report).toMatchObject({ records: 250, skipped: 750, unclassified: 0 });
    expect(verdicts(report)["score-distribution"]).toBe("passed");
    expect(report.checks[0]?.figures["scopes"]).toMatchObject([{ records: 250 }]);
  });

  it("says that a policy which its parameters do not determine needs the router", async () => {
    const policy = { name: "ours", parameters: { at: 0.5 } };
    const report = await check(
      { count: 300, loss: 0 },
      { policy },
      { router: undefined, classifier: stated },
    );
    expect(verdicts(report)).toMatchObject({ promise: "not-judged", recertification: "not-judged" });
    expect(sentence(report, "promise")).toMatch(
      /policy ours is not determined by its parameters: give the router/,
    );
    const own = createRouter({
      models: { little: fakeModel({ name: small }), big: fakeModel({ name: large }) },
      policy: { ...policy, select: () => ({ model: "little", reason: "always" }) },
      classifier: stated,
    });
    const judged = await check({ count: 1_000, loss: 0.3 }, { policy }, { router: own });
    expect(verdicts(judged)).toMatchObject({ promise: "failed", policy: "passed" });
  });
});
