import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Replay, replayCases, replayPolicies, replayPolicy } from "../../../evals/index.ts";
import { always, sticky, threshold } from "../../../policies/index.ts";
import type { Policy } from "../../../src/contracts/index.ts";
import { recordOf, stated } from "../../support/evals/records.ts";
import { numRuns } from "../../support/runs.ts";

const models = ["small", "large"] as const;
type Id = (typeof models)[number];

const outcome = fc.record({
  quality: fc.double({ min: 0, max: 1, noNaN: true }),
  costUsd: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined, freq: 20 }),
  latencyMs: fc.option(fc.nat({ max: 10_000 }), { nil: undefined, freq: 20 }),
});
const row = fc.record({
  small: outcome,
  large: outcome,
  complexity: fc.double({ min: 0, max: 1, noNaN: true }),
  session: fc.constantFrom("a", "b", undefined),
});
type Row = typeof row extends fc.Arbitrary<infer One> ? One : never;
const rows = fc.array(row, { minLength: 1, maxLength: 20 });
const casesOf = (given: readonly Row[]) =>
  replayCases(
    given.map(({ small, large, complexity, session }, index) =>
      recordOf(
        `${complexity} ${index}`,
        { small, large },
        { session, at: new Date(1.7e12 + index * 60_000).toISOString() },
      ),
    ),
    { models, classifier: stated },
  );

/** The same policy, with a lottery that has one prize from the `from`th time that it is asked: it counts in full columns. */
function asLottery(policy: Policy<Id>, from = 0): Policy<Id> {
  let asked = 0;
  return {
    ...policy,
    select(context) {
      const opinion = policy.select(context);
      asked += 1;
      if (opinion === undefined || Array.isArray(opinion) || asked <= from) return opinion;
      const choice = opinion as Exclude<typeof opinion, readonly unknown[]>;
      const other = choice.model === "small" ? "large" : "small";
      return [
        { ...choice, probability: 1 },
        { model: other, reason: "never", probability: 0 },
      ];
    },
  };
}

/** All that a replay says, to the last bit. */
function bits({ byRecord, ...rest }: Replay<Id>) {
  const { quality, costUsd, latencyMs, callRates } = byRecord;
  return { ...rest, byRecord: { quality, costUsd, latencyMs, callRates: { ...callRates } } };
}

it("sums one model a case as it sums lotteries, to the last bit, also if a lottery comes late", async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(30),
      async (given, at, from) => {
        const cases = await casesOf(given);
        for (const policy of [
          threshold({ small: "small", large: "large", at }),
          sticky(threshold({ small: "small", large: "large", at })),
        ]) {
          const expected = bits(replayPolicy(cases, asLottery(policy)));
          expect(bits(replayPolicy(cases, policy))).toStrictEqual(expected);
          expect(bits(replayPolicy(cases, asLottery(policy, from)))).toStrictEqual(expected);
        }
      },
    ),
    numRuns(500),
  );
});

it("reads columns of a policy that is long done, and keeps them", async () => {
  const cases = await casesOf([
    {
      small: { quality: 0.25, costUsd: 1, latencyMs: 5 },
      large: { quality: 1, costUsd: 4, latencyMs: undefined },
      complexity: 0.9,
      session: undefined,
    },
    {
      small: { quality: 0.5, costUsd: undefined, latencyMs: 7 },
      large: { quality: 1, costUsd: 2, latencyMs: 9 },
      complexity: 0.1,
      session: undefined,
    },
  ]);
  const policyAt = (at: number) => threshold({ small: "small", large: "large", at });
  const [all, mixed, none] = [...replayPolicies(cases, [policyAt(0), policyAt(0.5), policyAt(1)])].map(
    ({ byRecord }) => byRecord,
  );
  expect(all?.quality).toStrictEqual(Float64Array.of(1, 1));
  expect(all?.costUsd).toStrictEqual(Float64Array.of(4, 2));
  expect(all?.latencyMs).toBeUndefined();
  expect(mixed?.quality).toStrictEqual(Float64Array.of(1, 0.5));
  expect(mixed?.callRates).toStrictEqual({ small: Float64Array.of(0, 1), large: Float64Array.of(1, 0) });
  expect(none?.costUsd).toBeUndefined();
  expect(none?.latencyMs).toStrictEqual(Float64Array.of(5, 7));
  expect(none?.latencyMs).toBe(none?.latencyMs);
  expect(Object.keys(mixed ?? {})).toEqual(["quality", "costUsd", "latencyMs", "callRates"]);
});

it("chooses among more models than a byte can name", async () => {
  const many = Array.from({ length: 300 }, (_, index) => `m${index}`);
  const outcomes = Object.fromEntries(
    many.map((id, index) => [id, { quality: index / 300, costUsd: index }]),
  );
  const cases = await replayCases([recordOf("a", outcomes), recordOf("b", outcomes)], { models: many });
  // The first case is answered by one that a byte can name, the second by another.
  const policy: Policy<string> = {
    name: "by ask",
    select: ({ request }) => ({ model: request.ask === "a" ? "m3" : "m299", reason: "by ask" }),
  };
  const byAsk = replayPolicy(cases, policy);
  expect(byAsk.byRecord.costUsd).toStrictEqual(Float64Array.of(3, 299));
  expect([byAsk.costUsd, byAsk.callRates["m255"], byAsk.callRates["m3"]]).toEqual([151, 0, 0.5]);
  for (const index of [0, 254, 255, 256, 299]) {
    const { costUsd, quality, callRates } = replayPolicy(cases, always(`m${index}`));
    expect([costUsd, quality]).toEqual([index, index / 300]);
    expect(Object.entries(callRates).filter(([, rate]) => rate > 0)).toEqual([[`m${index}`, 1]]);
  }
});

it("does not hold on to records once they are replayed", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const replayed = async () => {
    const record = recordOf("a", { small: { quality: 0.5 }, large: { quality: 1 } });
    const cases = await replayCases([record], { models });
    return { result: replayPolicy(cases, always("large")), record: new WeakRef(record) };
  };
  const { result, record } = await replayed();
  for (let turn = 0; turn < 20 && record.deref() !== undefined; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
  }
  expect(record.deref()).toBeUndefined();
  expect(result.byRecord.quality).toStrictEqual(Float64Array.of(1));
});
