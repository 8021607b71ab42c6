import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { always, explore, firstOf, mix, sticky, threshold } from "../../policies/index.ts";
import type {
  Candidate,
  Choice,
  Policy,
  PolicyContext,
  Price,
  SessionFacts,
} from "../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../src/testing/index.ts";
import { runs } from "../support/runs.ts";

type Id = "haiku" | "opus";

// USD per million tokens, 2026-10.
const prices: Readonly<Record<Id, Price>> = {
  haiku: {
    usdPerMillionInputTokens: 1,
    usdPerMillionOutputTokens: 5,
    usdPerMillionCachedInputTokens: 0.1,
    usdPerMillionCacheWriteTokens: 1.25,
  },
  opus: {
    usdPerMillionInputTokens: 5,
    usdPerMillionOutputTokens: 25,
    usdPerMillionCachedInputTokens: 0.5,
    usdPerMillionCacheWriteTokens: 6.25,
  },
};
const prefix = 50_000;

interface Setting {
  readonly session?: Partial<SessionFacts<Id>> | undefined;
  readonly outputTokens?: number | undefined;
  readonly quality?: Readonly<Record<Id, number>> | undefined;
  readonly prices?: Readonly<Record<Id, Price | undefined>> | undefined;
  readonly only?: Id | undefined;
  readonly complexity?: number | undefined;
}

/** A conversation of 50,000 tokens, warm on opus, that is asked nothing new. */
function contextOf(setting: Setting = {}): PolicyContext<Id> {
  const { outputTokens = 0, quality, prices: given = prices, only, complexity = 0.1 } = setting;
  const ids = (["haiku", "opus"] as const).filter((id) => only === undefined || id === only);
  return {
    request: factsOf({ inputTokens: prefix, expectedOutputTokens: outputTokens, session: "s" }),
    classification: { complexity },
    candidates: ids.map(
      (id): Candidate<Id> =>
        candidateOf(id, { facts: { price: given[id] }, estimatedQuality: quality?.[id] }),
    ),
    session: {
      model: "opus",
      turns: 4,
      idleMs: 20_000,
      cachedTokens: prefix,
      toolLoopPending: false,
      ...setting.session,
    },
    inputs: {},
    now: 0,
  };
}

const small = always("haiku");
const choose = (policy: Policy<Id>, setting?: Setting): Choice<Id> =>
  policy.select(contextOf(setting)) as Choice<Id>;

describe("sticky, by the numbers of a warm prefix of 50,000 tokens", () => {
  it("stays: 0.025 USD on opus against 0.0625 USD to fill haiku's cache", () => {
    expect(choose(sticky(small))).toEqual({
      model: "opus",
      reason: "stays with opus: haiku would lose 0.0375 USD; always haiku",
      probability: undefined,
      escalate: undefined,
    });
  });

  it("leaves once the answer is long enough: more than 1,875 tokens at 20 USD per million saved", () => {
    const policy = sticky(small, { minGain: 0 });
    expect(choose(policy, { outputTokens: 1_875 }).model).toBe("opus");
    expect(choose(policy, { outputTokens: 1_876 }).model).toBe("haiku");
  });

  it("leaves when it expects to stay away for three turns: 0.075 against 0.0625 + 2 x 0.005", () => {
    expect(choose(sticky(small, { minGain: 0, expectedTurns: 2 })).model).toBe("opus");
    expect(choose(sticky(small, { minGain: 0, expectedTurns: 3 }))).toMatchObject({
      model: "haiku",
      reason: "leaves opus: gains 0.00250 USD; always haiku",
    });
  });

  it("requires more than a small gain: by default a tenth of the cost of staying", () => {
    // Over three turns the gain is 0.0025 of 0.075, a thirtieth.
    expect(choose(sticky(small, { expectedTurns: 3 }))).toMatchObject({
      model: "opus",
      reason: "stays with opus: haiku would gain only 0.00250 USD; always haiku",
    });
    expect(choose(sticky(small, { expectedTurns: 3, minGain: 0.033 })).model).toBe("haiku");
    expect(choose(sticky(small, { expectedTurns: 3, minGain: 0.034 })).model).toBe("opus");
  });

  it("breaks even, counting input only, at the price ratio of write over read, 12.5", () => {
    const opusAt = (ratio: number): Price => ({
      usdPerMillionInputTokens: ratio,
      usdPerMillionOutputTokens: ratio,
      usdPerMillionCachedInputTokens: ratio * 0.1,
      usdPerMillionCacheWriteTokens: ratio * 1.25,
    });
    const policy = sticky(small, { minGain: 0 });
    const at = (ratio: number) =>
      choose(policy, { prices: { haiku: prices.haiku, opus: opusAt(ratio) } }).model;
    expect([12.4, 12.6].map(at)).toEqual(["opus", "haiku"]);
  });

  it("leaves a conversation that is not cached for any cheaper model", () => {
    const session = { cachedTokens: 0 };
    expect(choose(sticky(small), { session }).reason).toBe("leaves opus: gains 0.200 USD; always haiku");
  });

  it("bills input at the input rate without cache rates: then nothing is warm", () => {
    const bare = (input: number): Price => ({
      usdPerMillionInputTokens: input,
      usdPerMillionOutputTokens: 1,
    });
    expect(choose(sticky(small), { prices: { haiku: bare(1), opus: bare(5) } }).model).toBe("haiku");
  });

  it("weighs quality where the value of a good answer is known", () => {
    const quality = { haiku: 0.7, opus: 0.9 };
    const session = { model: "haiku" as const };
    // Staying costs 0.005, moving 0.3125: 0.3075 for 0.2 more good answers.
    const at = (usdPerGoodAnswer: number) =>
      choose(sticky(always("opus"), { usdPerGoodAnswer, minGain: 0 }), { session, quality }).model;
    expect([1.53, 1.54].map(at)).toEqual(["haiku", "opus"]);
    // The other direction: the savings of moving down must be worth the answers that get worse.
    const down = (usdPerGoodAnswer: number) =>
      choose(sticky(small, { usdPerGoodAnswer, minGain: 0 }), { quality, session: { cachedTokens: 0 } })
        .model;
    expect([0.99, 1.01].map(down)).toEqual(["haiku", "opus"]);
  });

  it("follows the inner policy to a more expensive model where quality has no value given, and never where the value is 0", () => {
    const session = { model: "haiku" as const };
    expect(choose(sticky(always("opus")), { session })).toMatchObject({
      model: "opus",
      reason: "leaves haiku for a more expensive model; always opus",
    });
    const unknownQuality = sticky(always("opus"), { usdPerGoodAnswer: 5 });
    expect(choose(unknownQuality, { session }).model).toBe("opus");
    expect(choose(sticky(always("opus"), { usdPerGoodAnswer: 0 }), { session }).model).toBe("haiku");
  });

  it("stays where a price is not known", () => {
    const chosen = choose(sticky(small), { prices: { haiku: undefined, opus: prices.opus } });
    expect(chosen.model).toBe("opus");
    expect(chosen.reason).toBe("stays with opus: what moving costs is not known; always haiku");
  });

  it("prices a cascade by its expected cost", () => {
    const twoCalls: Policy<Id> = {
      name: "twoCalls",
      select: () => ({
        model: "haiku",
        reason: "cascade",
        escalate: [{ unless: { name: "c", accepts: () => true }, to: "opus" }],
        expectedCostUsd: 0.3,
      }),
    };
    const session = { cachedTokens: 0 };
    // 0.25 USD cold on opus is less than 0.3; the last model of the plan answers unchecked.
    expect(choose(sticky(twoCalls), { session })).toMatchObject({ model: "haiku" });
    expect(choose(sticky(twoCalls, { usdPerGoodAnswer: 0 }), { session })).toMatchObject({
      model: "opus",
      escalate: [],
    });
  });
});

describe("sticky, by its rules", () => {
  it("is the inner policy where there is no session", () => {
    const { session: _, ...context } = contextOf();
    const inner = mix({ haiku: 0.5, opus: 0.5 });
    expect(sticky(inner).select(context)).toEqual(inner.select(context));
  });

  it("keeps a choice of the session's model unchanged", () => {
    expect(choose(sticky(always("opus")))).toEqual({ model: "opus", reason: "always opus" });
  });

  it("stays while a tool loop is pending, even after hours", () => {
    const session = { toolLoopPending: true, idleMs: 1e9 };
    expect(choose(sticky(small), { session })).toEqual({
      model: "opus",
      reason: "stays with opus: a tool loop is pending",
    });
  });

  it("stays with the provider that keeps a file of the conversation, even after hours", () => {
    const context = contextOf({ session: { idleMs: 1e9 } });
    const request = factsOf({
      inputTokens: prefix,
      session: "s",
      contentTypes: ["application/pdf", "file-id"],
    });
    const at = (provider: string) => ({
      ...context,
      request,
      candidates: context.candidates.map((one) =>
        one.id === "haiku" ? { ...one, facts: { ...one.facts, provider } } : one,
      ),
    });
    const lottery = sticky(mix({ haiku: 0.25, opus: 0.75 }));
    expect(lottery.select(at("another"))).toMatchObject([
      {
        model: "opus",
        probability: 0.25,
        reason: "stays with opus: its provider keeps a file of the conversation; share 0.25",
      },
      { model: "opus", probability: 0.75 },
    ]);
    expect(lottery.select(at("fake"))).toMatchObject([{ model: "haiku" }, { model: "opus" }]);
    expect(lottery.select({ ...at("another"), request: factsOf() })).toMatchObject([
      { model: "haiku" },
      { model: "opus" },
    ]);
  });

  it("stays with the provider that keeps a container of the conversation", () => {
    const context = contextOf({ session: { idleMs: 1e9 } });
    const request = factsOf({ inputTokens: prefix, session: "s", providerState: ["container"] });
    const candidates = context.candidates.map((one) =>
      one.id === "haiku" ? { ...one, facts: { ...one.facts, provider: "another" } } : one,
    );
    const lottery = sticky(mix({ haiku: 0.25, opus: 0.75 }));
    expect(lottery.select({ ...context, request, candidates })).toMatchObject([
      {
        model: "opus",
        reason: "stays with opus: its provider keeps a container of the conversation; share 0.25",
      },
      { model: "opus", probability: 0.75 },
    ]);
  });

  it("lets the inner policy decide after five minutes", () => {
    expect(choose(sticky(small), { session: { idleMs: 299_999 } }).model).toBe("opus");
    expect(choose(sticky(small), { session: { idleMs: 300_000 } })).toMatchObject({
      model: "haiku",
      reason: "idle for 300 s; always haiku",
    });
  });

  it("leaves a model that is no longer permitted, even in a tool loop", () => {
    expect(choose(sticky(small), { only: "haiku", session: { toolLoopPending: true } })).toMatchObject({
      model: "haiku",
      reason: "the session's model opus is not permitted; always haiku",
    });
  });

  it("replaces each choice of a lottery separately, and keeps its sum", () => {
    const partial: Policy<Id> = {
      name: "partial",
      select: () => [
        { model: "haiku", reason: "a", probability: 0.2 },
        { model: "opus", reason: "b", probability: 0.3 },
      ],
    };
    const chosen = sticky(partial).select(contextOf()) as readonly Choice<Id>[];
    expect(chosen.map(({ model, probability }) => [model, probability])).toEqual([
      ["opus", 0.2],
      ["opus", 0.3],
    ]);
    expect(firstOf(sticky(partial), small).select(contextOf())).toMatchObject([
      { model: "opus", probability: 0.2 },
      { model: "opus", probability: 0.3 },
      { model: "haiku", probability: 0.5 },
    ]);
  });

  it("takes no value that is not a policy", () => {
    expect(() => sticky({} as Policy<Id>)).toThrow(expect.objectContaining({ option: "sticky.policy" }));
  });
});

describe("sticky, for any conversation", () => {
  const rate = fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined });
  const price = fc.option(
    fc.record({
      usdPerMillionInputTokens: fc.double({ min: 0, max: 100, noNaN: true }),
      usdPerMillionOutputTokens: fc.double({ min: 0, max: 100, noNaN: true }),
      usdPerMillionCachedInputTokens: rate,
      usdPerMillionCacheWriteTokens: rate,
    }),
    { nil: undefined },
  );
  const setting: fc.Arbitrary<Setting> = fc.record({
    session: fc.record({
      model: fc.constantFrom<Id>("haiku", "opus"),
      idleMs: fc.integer({ min: 0, max: 600_000 }),
      cachedTokens: fc.integer({ min: 0, max: 100_000 }),
      toolLoopPending: fc.boolean(),
    }),
    outputTokens: fc.integer({ min: 0, max: 10_000 }),
    prices: fc.record({ haiku: price, opus: price }),
    only: fc.constantFrom<Id | undefined>("haiku", "opus", undefined, undefined),
    complexity: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const inner = explore(0.2, threshold({ small: "haiku", large: "opus", at: 0.5 }));
  const options = fc.record({
    expectedTurns: fc.integer({ min: 1, max: 20 }),
    minGain: fc.double({ min: 0, max: 1, noNaN: true }),
    usdPerGoodAnswer: fc.constantFrom(undefined, 0, 0.1),
  });
  const listOf = (opinion: ReturnType<Policy<Id>["select"]>): readonly Choice<Id>[] =>
    opinion === undefined ? [] : Array.isArray(opinion) ? opinion : [opinion as Choice<Id>];

  it("keeps a pending tool loop, obeys constraints, asks the inner policy when idle, keeps lotteries exact", () => {
    fc.assert(
      fc.property(setting, options, (given, chosen) => {
        const context = contextOf(given);
        const before = listOf(inner.select(context));
        const after = listOf(sticky(inner, chosen).select(context));
        const { session, candidates } = context;
        const permitted = candidates.map(({ id }) => id);
        const current = session?.model as Id;

        for (const { model } of after) expect(permitted).toContain(model);
        const total = after.reduce((sum, { probability = 1 }) => sum + probability, 0);
        expect(total).toBeCloseTo(1, 9);
        if (!permitted.includes(current) || (session?.idleMs ?? 0) >= 300_000) {
          if (session?.toolLoopPending && permitted.includes(current)) return;
          expect(after.map(({ model, probability }) => [model, probability])).toEqual(
            before.map(({ model, probability }) => [model, probability]),
          );
        } else if (session?.toolLoopPending) expect(after.map(({ model }) => model)).toEqual([current]);
        else
          for (const [at, choice] of after.entries()) {
            expect([before[at]?.model, current]).toContain(choice.model);
            expect(choice.probability).toBe(before[at]?.probability);
          }
      }),
      { numRuns: runs(500, 10_000) },
    );
  });
});
