import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OutcomeRecord, replay, replayCases, replayPolicy } from "../../../evals/index.ts";
import { arithmetic, judge } from "../../../policies/checks/index.ts";
import { only } from "../../../policies/constraints/index.ts";
import { always, cascade, cheapestAbove, firstOf, mix, threshold } from "../../../policies/index.ts";
import type { Check, Classifier, ModelFacts, Policy } from "../../../src/contracts/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { formatErrorOf, recordOf, stated, streamOf } from "../../support/evals/records.ts";
import { partialLottery } from "../../support/partial-lottery.ts";
import { numRuns } from "../../support/runs.ts";

const models = ["small", "large"] as const;
type Id = (typeof models)[number];

const records: readonly OutcomeRecord[] = [
  recordOf("0.9 a", { small: { quality: 0, costUsd: 1 }, large: { quality: 1, costUsd: 4 } }),
  recordOf("0.6 b", { small: { quality: 1, costUsd: 1 }, large: { quality: 1, costUsd: 4 } }),
  recordOf("0.4 c", { small: { quality: 0.5, costUsd: 2 }, large: { quality: 1, costUsd: 6 } }),
  recordOf("0.1 d", { small: { quality: 1, costUsd: 2 }, large: { quality: 0, costUsd: 6 } }),
];

const at = (cut: number) => threshold({ small: "small", large: "large", at: cut });
const json: Check = { name: "json", accepts: () => true };
const byJson = cascade({ first: "small", then: "large", unless: json });

describe("replay", () => {
  it("answers what a threshold would have given", async () => {
    const result = await replay(records, { models, policy: at(0.5), classifier: stated });
    expect(result).toMatchObject({ records: 4, skipped: 0, unclassified: 0 });
    expect(result.quality).toBe((1 + 1 + 0.5 + 1) / 4);
    expect(result.costUsd).toBe((4 + 4 + 2 + 2) / 4);
    expect(result.callRates).toEqual({ small: 0.5, large: 0.5 });
    expect([...result.byRecord.quality]).toEqual([1, 1, 0.5, 1]);
    expect([...(result.byRecord.costUsd ?? [])]).toEqual([4, 4, 2, 2]);
    expect([...result.byRecord.callRates.large]).toEqual([1, 1, 0, 0]);
  });

  it("reads a stream of records, too", async () => {
    const options = { models, policy: always("large") };
    expect(await replay(streamOf(records), options)).toEqual(await replay(records, options));
  });

  it("shows policies the quality that the classification expects of each model", async () => {
    const calibrated: Classifier = {
      ...stated,
      classify: ({ ask }) => ({
        complexity: Number.parseFloat(ask),
        quality: { small: 1 - Number.parseFloat(ask), large: 0.95 },
      }),
    };
    const factsOf = (name: Id, usd: number): ModelFacts => {
      const price = { usdPerMillionInputTokens: usd, usdPerMillionOutputTokens: usd };
      return { name, provider: "fake", model: name, labels: {}, price };
    };
    const facts = { small: factsOf("small", 1), large: factsOf("large", 4) };
    const policy = cheapestAbove(0.5);
    const result = await replay(records, { models, policy, classifier: calibrated, facts });
    expect([...result.byRecord.callRates.large]).toEqual([1, 1, 0, 0]);
  });

  it("counts a lottery with its probabilities", async () => {
    const policy = mix({ small: 0.75, large: 0.25 });
    const result = await replay(records, { models, policy });
    expect(result.quality).toBeCloseTo(0.75 * 0.625 + 0.25 * 0.75, 12);
    expect(result.costUsd).toBeCloseTo(0.75 * 1.5 + 0.25 * 5, 12);
    expect(result.callRates.large).toBeCloseTo(0.25, 12);
  });

  it("takes an empty category, session or tenant for none", async () => {
    const seen: unknown[] = [];
    const policy: Policy<Id> = {
      name: "watching",
      select({ request: { category, session, tenant } }) {
        seen.push([category, session, tenant]);
        return { model: "small", reason: "" };
      },
    };
    const empty = { category: "", session: "", tenant: "" };
    const outcomes = { small: { quality: 1 }, large: { quality: 1 } };
    await replay([recordOf("a", outcomes, empty), recordOf("b", outcomes, empty)], { models, policy });
    expect(seen).toEqual([
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
    ]);
  });

  it("gives for any lottery the weighted mix of its pure choices", async () => {
    const small = await replay(records, { models, policy: always("small") });
    const large = await replay(records, { models, policy: always("large") });
    const cases = await replayCases(records, { models });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        const policy: Policy<Id> = {
          name: "mix",
          select: () => [
            { model: "large", probability: share, reason: "" },
            { model: "small", probability: 1 - share, reason: "" },
          ],
        };
        const mixed = replayPolicy(cases, policy);
        expect(mixed.quality).toBeCloseTo(share * large.quality + (1 - share) * small.quality, 9);
        expect(mixed.costUsd).toBeCloseTo(
          share * (large.costUsd ?? Number.NaN) + (1 - share) * (small.costUsd ?? Number.NaN),
          9,
        );
      }),
      numRuns(10_000),
    );
  });

  it("follows an escalation by the recorded result of its check", async () => {
    const checked = [
      recordOf("a", {
        small: { quality: 1, costUsd: 1, checks: { json: true } },
        large: { quality: 0, costUsd: 4 },
      }),
      recordOf("b", {
        small: { quality: 0, costUsd: 1, checks: { json: false } },
        large: { quality: 1, costUsd: 4 },
      }),
      recordOf("c", {
        small: { quality: 0, costUsd: 1, checks: { json: 0.75 } },
        large: { quality: 1, costUsd: 4 },
      }),
    ];
    const result = await replay(checked, { models, policy: byJson });
    expect([...result.byRecord.quality]).toEqual([1, 1, 0.25]);
    expect([...(result.byRecord.costUsd ?? [])]).toEqual([1, 5, 2]);
    expect([...result.byRecord.callRates.small]).toEqual([1, 1, 1]);
    expect([...result.byRecord.callRates.large]).toEqual([0, 1, 0.25]);
  });

  it("calls no judge: where its verdict was not recorded it names the field, answers or not", async () => {
    const asked = fakeModel();
    const judged = cascade({ first: "small", then: "large", unless: judge({ model: asked }) });
    const outcome = { quality: 1, answer: "yes" };
    const record = recordOf("a", { small: outcome, large: outcome });
    const error = await formatErrorOf(replay([record], { models, policy: judged }));
    expect(error.field).toMatch(/^outcomes\["small"\]\.checks\["judge/);
    expect(asked.requests).toEqual([]);
  });

  it("refuses to guess a check that was not recorded, naming record and field", async () => {
    const error = await formatErrorOf(replay(records, { models, policy: byJson }));
    expect(error).toMatchObject({ file: "records", line: 1, field: 'outcomes["small"].checks["json"]' });
    expect(error.message).toContain("escalates by this check");
  });

  it("runs a check that reads text alone on a recorded answer, unless its result is recorded", async () => {
    const answered = [
      recordOf("a", {
        small: { quality: 1, costUsd: 1, answer: "2 + 2 = 4" },
        large: { quality: 0, costUsd: 4 },
      }),
      recordOf("b", {
        small: { quality: 0, costUsd: 1, answer: "2 + 2 = 5" },
        large: { quality: 1, costUsd: 4 },
      }),
      recordOf("c", {
        small: { quality: 1, costUsd: 1, answer: "2 + 2 = 5", checks: { arithmetic: true } },
        large: { quality: 0, costUsd: 4 },
      }),
    ];
    const policy = cascade({ first: "small", then: "large", unless: arithmetic() });
    const result = await replay(answered, { models, policy });
    expect([...result.byRecord.quality]).toEqual([1, 1, 1]);
    expect([...result.byRecord.callRates.large]).toEqual([0, 1, 0]);

    const error = await formatErrorOf(replay(records, { models, policy }));
    expect(error.field).toBe('outcomes["small"].checks["arithmetic"]');
    expect(error.message).toContain("or the answer, which the check could read,");
    const broken = { ...arithmetic(), name: "broken", accepts: () => JSON.parse("{") as boolean };
    const later = { ...arithmetic(), name: "later", accepts: async () => true };
    const refused = cascade({ first: "small", then: "large", unless: broken });
    expect((await replay(answered, { models, policy: refused })).callRates.large).toBe(1);
    const waiting = cascade({ first: "small", then: "large", unless: later });
    expect((await formatErrorOf(replay(answered, { models, policy: waiting }))).field).toContain("later");
  });

  it("has no cost where an outcome that counts has none, and does not mind one that does not count", async () => {
    const priced = [recordOf("a", { small: { quality: 1, costUsd: 1 }, large: { quality: 1 } })];
    expect((await replay(priced, { models, policy: always("large") })).costUsd).toBeUndefined();
    expect((await replay(priced, { models, policy: always("small") })).costUsd).toBe(1);
  });

  it("finds the outcomes of an id by the name that its facts give", async () => {
    const named = [recordOf("a", { "openai:gpt": { quality: 1 }, "vllm:qwen": { quality: 0 } })];
    const facts = {
      small: { name: "vllm:qwen", provider: "vllm", model: "qwen", labels: {} },
      large: { name: "openai:gpt", provider: "openai", model: "gpt", labels: {} },
    };
    expect((await replay(named, { models, policy: always("large"), facts })).quality).toBe(1);
    expect((await replay(named, { models, policy: always("small"), facts })).quality).toBe(0);
  });

  it("lets policies see permitted models only, and skips records that none may serve", async () => {
    const constraints = [only("small")];
    const result = await replay(records, { models, policy: at(0), classifier: stated, constraints });
    expect(result.callRates).toEqual({ small: 1, large: 0 });
    const nobody = { name: "nobody", permits: () => "no" };
    const cases = await replayCases(records, { models, constraints: [nobody] });
    expect(cases).toMatchObject({ cases: [], skipped: 4 });
    expect(() => replayPolicy(cases, always("small"))).toThrow(/records must be records with an outcome/);
  });

  it("skips and counts records that lack the outcome of a model", async () => {
    const some = [...records, recordOf("0.2 e", { small: { quality: 1 } })];
    expect(await replay(some, { models, policy: always("small") })).toMatchObject({ records: 4, skipped: 1 });
  });

  it("shows the classifier the prompt, or the question when asked to", async () => {
    const asked: string[] = [];
    const spy: Classifier = {
      name: "spy",
      version: "1",
      classify: ({ ask }) => {
        asked.push(ask);
        return { complexity: 0 };
      },
    };
    const both = [recordOf("a", { small: { quality: 1 } }, { prompt: "Q: why? A:", question: "why?" })];
    await replayCases(both, { models: ["small"], classifier: spy });
    await replayCases(both, { models: ["small"], classifier: spy, text: "question" });
    await replayCases(records.slice(0, 1), { models: ["small"], classifier: spy, text: "question" });
    expect(asked).toEqual(["Q: why? A:", "why?", "0.9 a"]);
  });

  it("gives policies the facts of the record: system prompt, tools, category, tenant, time", async () => {
    const rest = {
      system: "be kind",
      tools: [{}, {}],
      category: "code",
      tenant: "clinic",
      at: "1970-01-01T00:00:01Z",
    };
    const { cases } = await replayCases([recordOf("hi", { small: { quality: 1 } }, rest)], {
      models: ["small"],
    });
    expect(cases[0]?.context).toMatchObject({
      now: 1_000,
      request: { ask: "hi", tools: 2, category: "code", tenant: "clinic" },
    });
    expect(cases[0]?.context.request.characters).toBeGreaterThanOrEqual("be kindhi".length);
  });
});

describe("replay with a classifier that fails", () => {
  it("goes on without a classification, as the router does, and counts", async () => {
    const some = [...records, recordOf("no number", { small: { quality: 0 }, large: { quality: 1 } })];
    const result = await replay(some, { models, policy: at(0.95), classifier: stated });
    expect(result.unclassified).toBe(1);
    // Without a classification a threshold takes the large model.
    expect([...result.byRecord.callRates.large]).toEqual([0, 0, 0, 0, 1]);
  });

  it("is refused when it fails on every record", async () => {
    const broken: Classifier = {
      name: "broken",
      version: "1",
      classify: () => {
        throw new Error("my private prompt");
      },
    };
    const judged: Classifier = {
      name: "judge",
      version: "1",
      classify: async (_, hop) => {
        await hop.generate({} as never, { messages: [] });
        return { complexity: 0 };
      },
    };
    for (const classifier of [broken, judged]) {
      const error = await replay(records, { models, policy: at(0.5), classifier }).catch((one: Error) => one);
      expect(error).toMatchObject({ code: "classifier" });
      expect((error as Error).message).toMatch(/failed on every record/);
      expect((error as Error).message).not.toContain("private");
    }
  });
});

describe("replay of a policy that errs", () => {
  const bad: readonly (readonly [string, Policy<Id>["select"], RegExp])[] = [
    ["has no opinion", () => undefined, /had no opinion/],
    [
      "has part of an opinion",
      () => [{ model: "small", probability: 0.5, reason: "" }],
      /without an opinion/,
    ],
    [
      "gives a lottery that sums to 1.2",
      () => [
        { model: "small", probability: 0.6, reason: "" },
        { model: "large", probability: 0.6, reason: "" },
      ],
      /sum to 1\.2/,
    ],
    ["names an unknown model", () => ({ model: "smal" as Id, reason: "" }), /chose "smal"/],
    [
      "escalates to an unknown model",
      () => ({ model: "small", reason: "", escalate: [{ unless: json, to: "lrge" as Id }] }),
      /chose "lrge"/,
    ],
    [
      "throws",
      () => {
        throw new TypeError("private");
      },
      /threw an error of type TypeError/,
    ],
  ];
  it.each(bad)("refuses one that %s", async (_, select, message) => {
    const policy: Policy<Id> = { name: "bad", select };
    const error = await replay(records, { models, policy }).catch((one: Error) => one);
    expect(error).toMatchObject({ code: "policy", policy: "bad" });
    expect((error as Error).message).toMatch(message);
  });

  it("accepts a partial opinion that another policy completes", async () => {
    const policy = firstOf(partialLottery({ large: 0.5 }), always("small"));
    expect((await replay(records, { models, policy })).callRates.large).toBeCloseTo(0.5, 12);
  });

  it("refuses a model that is in no record, listing those that are", async () => {
    const error = replay(records, { models: ["small", "constructor"], policy: always("small") });
    await expect(error).rejects.toThrow(
      /models must be a model that the records name: large, small, got "constructor"/,
    );
    await expect(replay(records, { models: [], policy: always("a") as never })).rejects.toThrow(
      /at least one model/,
    );
  });

  it("refuses a record that makes no valid request, naming its position", async () => {
    const messages = [{ role: "robot", content: "private" }] as unknown as OutcomeRecord["messages"];
    const odd: OutcomeRecord = {
      id: "e",
      messages,
      outcomes: { small: { quality: 1 }, large: { quality: 1 } },
    };
    const error = await formatErrorOf(replay([...records, odd], { models, policy: always("small") }));
    expect(error).toMatchObject({ file: "records", line: 5, field: "messages[0].role" });
  });
});
