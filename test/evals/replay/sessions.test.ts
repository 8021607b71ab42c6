import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OutcomeRecord, replay, replayCases, replayPolicy } from "../../../evals/index.ts";
import { budgetAware, sticky, threshold } from "../../../policies/index.ts";
import type { Choice, ModelFacts, Policy, SessionFacts } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { formatErrorOf, recordOf, stated } from "../../support/evals/records.ts";
import { numRuns } from "../../support/runs.ts";

const models = ["small", "large"] as const;
type Id = (typeof models)[number];

const minute = (count: number): string => new Date(Date.UTC(2026, 0, 1, 0, count)).toISOString();

const turn = (id: string, at: number, rest: Partial<OutcomeRecord> = {}): OutcomeRecord =>
  recordOf(
    id,
    { small: { quality: 0.5, costUsd: 1 }, large: { quality: 1, costUsd: 4 } },
    { session: "s", at: minute(at), ...rest },
  );

/** Keeps what a policy is told of sessions. */
function watched(policy: Policy<Id>): {
  readonly policy: Policy<Id>;
  readonly seen: (SessionFacts | undefined)[];
} {
  const seen: (SessionFacts | undefined)[] = [];
  const select = (context: Parameters<Policy<Id>["select"]>[0]) => {
    seen.push(context.session);
    return policy.select(context);
  };
  return { seen, policy: { ...policy, select } };
}

const byComplexity = threshold({ small: "small", large: "large", at: 0.5 });

/** Once large, a conversation stays there for ten minutes. (What `sticky` weighs, a router learns from usage.) */
const upgradeOnly: Policy<Id> = {
  name: "upgradeOnly",
  select(context) {
    const { session } = context;
    const stays = session?.model === "large" && session.idleMs < 600_000;
    return stays ? { model: "large", reason: "" } : byComplexity.select(context);
  },
};

const check = { name: "check", accepts: () => true };
const row = fc.record({
  /** P(small), when nothing, small, or large answered before. */
  small: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 0, max: 4 }).map((step) => step / 4))),
  accepted: fc.integer({ min: 0, max: 4 }).map((step) => step / 4),
  escalates: fc.boolean(),
  quality: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
});
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

function choicesOn({ small, escalates }: Row, before: Id | undefined): readonly Choice<Id>[] {
  const share = small[before === undefined ? 0 : before === "small" ? 1 : 2] as number;
  return [
    {
      model: "small",
      reason: "",
      probability: share,
      escalate: escalates ? [{ unless: check, to: "large" }] : [],
    },
    { model: "large", reason: "", probability: 1 - share },
  ];
}

/** Expected quality of each turn by walking through every history. */
function byHistories(rows: readonly Row[]): number[] {
  const expected = rows.map(() => 0);
  const walk = (at: number, before: Id | undefined, probability: number): void => {
    const one = rows[at];
    if (one === undefined || probability === 0) return;
    const answer = (model: Id, likely: number): void => {
      expected[at] = (expected[at] as number) + likely * (one.quality[model === "small" ? 0 : 1] as number);
      walk(at + 1, model, likely);
    };
    for (const { model, probability: own = 1, escalate = [] } of choicesOn(one, before)) {
      const kept = escalate.length > 0 ? one.accepted : 1;
      answer(model, probability * own * kept);
      if (kept < 1) answer("large", probability * own * (1 - kept));
    }
  };
  walk(0, undefined, 1);
  return expected;
}

describe("replay of sessions", () => {
  it("is the expectation over every history of a conversation, exactly", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (rows, backwards) => {
          const records = rows.map(({ quality: [small, large], accepted }, index) =>
            recordOf(
              String(index),
              { small: { quality: small, checks: { check: accepted } }, large: { quality: large } },
              { session: "s", at: minute(index) },
            ),
          );
          const policy: Policy<Id> = {
            name: "rows",
            select: ({ request, session }) => choicesOn(rows[Number(request.ask)] as Row, session?.model),
          };
          const given = backwards ? records.toReversed() : records;
          const { byRecord } = await replay(given, { models, policy });
          const expected = backwards ? byHistories(rows).reverse() : byHistories(rows);
          expected.forEach((quality, index) => {
            expect(byRecord.quality[index]).toBeCloseTo(quality, 9);
          });
        },
      ),
      numRuns(2_000),
    );
  });

  it("tells a policy what the router tells it: the same requests through a router give the same facts", async () => {
    const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
    const usage = { inputTokens: 2_000, outputTokens: 100 };
    const asks = ["0.9 hard", "0.1 easy", "0.7 harder", "0.2 easy again", "0.1 the other", "0.3 late"];
    const sessions = ["a", "a", "a", "b", "b", "a"];
    const minutes = [0, 1, 3, 4, 5, 60];
    let now = 0;
    const inRouter = watched(upgradeOnly);
    const modelOf = (model: string) => fakeModel({ model, name: model, price, usage });
    const router = createRouter({
      models: { small: modelOf("small"), large: modelOf("large") },
      policy: inRouter.policy,
      classifier: stated,
      clock: () => now,
    });
    const answered: string[] = [];
    for (const [index, content] of asks.entries()) {
      now = Date.parse(minute(minutes[index] as number));
      const { decision } = await router.route({
        messages: [{ role: "user", content }],
        session: sessions[index],
      });
      answered.push(decision.model);
    }

    const outcome = { quality: 1, inputTokens: 2_000, outputTokens: 100 };
    const records = asks.map((ask, index) =>
      recordOf(
        ask,
        { small: outcome, large: outcome },
        { session: sessions[index], at: minute(minutes[index] ?? 0) },
      ),
    );
    const facts = Object.fromEntries(
      models.map((name): [Id, ModelFacts] => [
        name,
        { name, provider: "fake", model: name, labels: {}, price },
      ]),
    );
    const inReplay = watched(upgradeOnly);
    const result = await replay(records, { models, policy: inReplay.policy, classifier: stated, facts });
    expect([...result.byRecord.callRates.large]).toEqual(
      answered.map((model) => (model === "large" ? 1 : 0)),
    );
    // Session by session there, in order of time here.
    const key = (one: SessionFacts | undefined) => JSON.stringify(one) ?? "none";
    expect(inReplay.seen.map(key).sort()).toEqual(inRouter.seen.map(key).sort());
    expect(inReplay.seen.filter((one) => one !== undefined)).toHaveLength(4);
  });

  it("goes by the time of the records, and counts idle time from the end of the answer", async () => {
    const records = [turn("third", 9), turn("first", 1), turn("second", 4)];
    const slow = records.map((record) => ({
      ...record,
      outcomes: { ...record.outcomes, large: { quality: 1, latencyMs: 30_000 } },
    }));
    const { policy, seen } = watched({
      name: "always large",
      select: () => ({ model: "large", reason: "" }),
    });
    await replay(slow, { models, policy });
    expect(seen.map((one) => one && [one.turns, one.idleMs / 1_000])).toEqual([
      undefined,
      [1, 150],
      [2, 270],
    ]);
  });

  it("keeps sessions of different tenants apart", async () => {
    const records = [
      turn("a", 0, { tenant: "x" }),
      turn("b", 1, { tenant: "y" }),
      turn("c", 2, { tenant: "x" }),
    ];
    const { policy, seen } = watched({
      name: "always large",
      select: () => ({ model: "large", reason: "" }),
    });
    await replay(records, { models, policy });
    expect(seen.map((one) => one?.turns)).toEqual([undefined, 1, undefined]);
  });

  it("names the field where a session's record has no time, to a policy that asks for the session only", async () => {
    const timeless: OutcomeRecord = { ...turn("0.2 b", 1), at: undefined };
    const records = [turn("0.1 a", 0), timeless];
    const asks = sticky(byComplexity);
    const error = await formatErrorOf(replay(records, { models, policy: asks, classifier: stated }));
    expect(error).toMatchObject({ line: 2, field: "at" });
    expect(error.message).toContain("in order of time");
    const options = { models, policy: byComplexity, classifier: stated };
    const apart = records.map(({ session: _, ...record }) => record);
    expect(await replay(records, options)).toEqual(await replay(apart, options));
    const alone = { ...timeless, session: "alone" };
    expect((await replay([alone], { ...options, policy: asks })).records).toBe(1);
  });

  it("leaves a turn out where a model was not run, and goes on with the next", async () => {
    const records = [turn("a", 0), { ...turn("b", 1), outcomes: { small: { quality: 1 } } }, turn("c", 2)];
    const { policy, seen } = watched({
      name: "always large",
      select: () => ({ model: "large", reason: "" }),
    });
    expect(await replay(records, { models, policy })).toMatchObject({ records: 2, skipped: 1 });
    expect(seen.map((one) => one?.turns)).toEqual([undefined, 1]);
  });
});

describe("replay of a budget", () => {
  const day = (id: string, at: number) => turn(id, at, { session: undefined });
  const policy = budgetAware({ small: "small", large: "large", at: 0.5, tightenFrom: 0.5 });

  it("tells the policy what the records before have cost, by time and period", async () => {
    // Out of order in the file: 4 USD each until 8 of 8 are used; the next hour begins anew.
    const records = [day("0.9 d", 61), day("0.9 a", 1), day("0.9 b", 2), day("0.9 c", 3)];
    const cases = await replayCases(records, { models, classifier: stated });
    const budget = { limitUsd: 8, period: "hour" } as const;
    const { byRecord } = replayPolicy(cases, policy, { budget });
    expect([...byRecord.callRates.large]).toEqual([1, 1, 1, 0]);
    expect([...replayPolicy(cases, policy).byRecord.callRates.large]).toEqual([1, 1, 1, 1]);
  });

  it("counts a lottery with its expected cost", async () => {
    const half: Policy<Id> = {
      name: "half",
      select: () => models.map((model) => ({ model, reason: "", probability: 0.5 })),
    };
    const spends: (number | undefined)[] = [];
    const seeing: Policy<Id> = {
      ...half,
      select(context) {
        spends.push(context.spend?.usedUsd);
        return half.select(context);
      },
    };
    await replay([day("a", 1), day("b", 2), day("c", 3)], {
      models,
      policy: seeing,
      budget: { limitUsd: 100, period: "day" },
    });
    expect(spends).toEqual([0, 2.5, 5]);
  });

  it("names the field where a time or a cost is missing", async () => {
    const options = { models, policy, classifier: stated, budget: { limitUsd: 8, period: "hour" } as const };
    const timeless = { ...day("0.9 a", 1), at: undefined };
    expect(await formatErrorOf(replay([timeless], options))).toMatchObject({ line: 1, field: "at" });
    const unpriced = { ...day("0.9 a", 1), outcomes: { small: { quality: 1 }, large: { quality: 1 } } };
    expect(await formatErrorOf(replay([unpriced], options))).toMatchObject({
      field: 'outcomes["large"].costUsd',
    });
  });
});
