import fc from "fast-check";
import { expect, test } from "vitest";
import { always, firstOf, threshold } from "../../policies/index.ts";
import { type Choice, InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../src/testing/index.ts";
import { partialLottery } from "../support/partial-lottery.ts";
import { runs } from "../support/runs.ts";

const ids = ["small", "mid", "large"] as const;
type Id = (typeof ids)[number];
const context = {
  request: factsOf(),
  classification: { complexity: 0.5 },
  candidates: ids.map((id) => candidateOf(id)),
  inputs: {},
  now: 0,
};
const silent: Policy = { name: "silent", select: () => undefined };

function select(policy: Policy<Id>): ReturnType<Policy<Id>["select"]> {
  return policy.select(context);
}

function choices(policy: Policy<Id>): readonly Choice<Id>[] {
  const opinion = select(policy) ?? [];
  return Array.isArray(opinion) ? opinion : [opinion as Choice<Id>];
}

test("the first opinion counts", () => {
  expect(select(firstOf(silent, always("mid"), always("large")))).toEqual({
    model: "mid",
    reason: "always mid",
  });
});

test("without any opinion there is none", () => {
  expect(select(firstOf(silent, firstOf(silent)))).toBeUndefined();
});

test("an opinion that sums to 1 is returned unchanged", () => {
  const escalate = [{ unless: { name: "never", accepts: () => false }, to: "large" as const }];
  const plan: Policy<Id> = { name: "plan", select: () => ({ model: "small", reason: "try", escalate }) };
  expect(select(firstOf(plan, always("mid")))).toEqual({ model: "small", reason: "try", escalate });
});

test("the rest of a lottery goes to the policies after it", () => {
  const policy = firstOf(partialLottery({ mid: 0.25 }), partialLottery({ small: 0.5 }), always("large"));
  expect(choices(policy).map(({ model, probability }) => [model, probability])).toEqual([
    ["mid", 0.25],
    ["small", 0.375],
    ["large", 0.375],
  ]);
});

test("an escalation keeps its place when its choice is scaled", () => {
  const escalate = [{ unless: { name: "never", accepts: () => false }, to: "large" as const }];
  const plan: Policy<Id> = { name: "plan", select: () => ({ model: "small", reason: "try", escalate }) };
  expect(choices(firstOf(partialLottery({ mid: 0.5 }), plan))[1]).toEqual({
    model: "small",
    reason: "try",
    probability: 0.5,
    escalate,
  });
});

test("policies after a lottery that sums to 1 are not asked", () => {
  const unexpected: Policy = {
    name: "unexpected",
    select: () => {
      throw new Error("asked");
    },
  };
  expect(choices(firstOf(partialLottery({ small: 0.7, large: 0.3 }), unexpected))).toHaveLength(2);
  expect(choices(firstOf(partialLottery({ mid: 0.1 }), always("small"), unexpected))).toHaveLength(2);
});

test("a lottery that breaks its contract is not hidden", () => {
  const tooMuch: Policy<Id> = {
    name: "too-much",
    select: () => [
      { model: "small", reason: "a", probability: 0.8 },
      { model: "large", reason: "b", probability: 0.4 },
    ],
  };
  const sum = choices(firstOf(partialLottery({ mid: 0.5 }), tooMuch)).reduce(
    (total, { probability = 1 }) => total + probability,
    0,
  );
  expect(sum).toBeCloseTo(1.1, 12);
  const nan: Policy<Id> = {
    name: "nan",
    select: () => ({ model: "small", reason: "a", probability: Number.NaN }),
  };
  expect(choices(firstOf(nan, always("large")))).toEqual([
    { model: "small", reason: "a", probability: Number.NaN },
  ]);
});

test("its parameters and models are those of the nested policies", () => {
  const policy = firstOf(
    silent,
    firstOf(always("small")),
    threshold({ small: "small", large: "large", at: 0.5 }),
  );
  expect(policy.models).toEqual(["small", "large"]);
  expect(policy.parameters).toEqual({
    policies: [
      { name: "silent" },
      { name: "firstOf", parameters: { policies: [{ name: "always", parameters: { model: "small" } }] } },
      { name: "threshold", parameters: { small: "small", large: "large", at: 0.5, otherwise: "large" } },
    ],
  });
  expect(JSON.parse(JSON.stringify(policy.parameters))).toEqual(policy.parameters);
});

test("the mixture equals the hand-computed one and sums to at most 1", () => {
  const weights = fc.tuple(
    ...ids.map(() => fc.integer({ min: 0, max: 100 })),
    fc.integer({ min: 0, max: 100 }),
  );
  const lottery = weights
    .filter((parts) => parts.some((part) => part > 0))
    .map((parts) => {
      const total = parts.reduce((sum, part) => sum + part, 0);
      return Object.fromEntries(ids.map((id, index) => [id, (parts[index] ?? 0) / total])) as Record<
        Id,
        number
      >;
    });
  fc.assert(
    fc.property(fc.array(lottery, { minLength: 1, maxLength: 6 }), fc.nat(), (lotteries, cut) => {
      // Nesting the tail must not change anything.
      const policies = lotteries.map((probabilities) => partialLottery(probabilities));
      const at = cut % policies.length;
      const policy = firstOf(...policies.slice(0, at), firstOf(...policies.slice(at)));

      const expected: Record<Id, number> = { small: 0, mid: 0, large: 0 };
      let left = 1;
      for (const probabilities of lotteries) {
        for (const id of ids) expected[id] += left * probabilities[id];
        left *= 1 - ids.reduce((sum, id) => sum + probabilities[id], 0);
      }
      const mixture: Record<Id, number> = { small: 0, mid: 0, large: 0 };
      for (const { model, probability = 1 } of choices(policy)) mixture[model] += probability;
      for (const id of ids) expect(mixture[id]).toBeCloseTo(expected[id], 8);
      expect(mixture.small + mixture.mid + mixture.large).toBeLessThanOrEqual(1 + 1e-9);
    }),
    { numRuns: runs(200, 10_000) },
  );
});

test.each([
  [[], "firstOf must be given at least one policy"],
  [[always("small"), undefined], "firstOf[1] must be an object with select(), but it is missing"],
  [[{ name: "x" }], "firstOf[0] must be an object with select()"],
  [[{ select: () => undefined }], "firstOf[0].name must be a non-empty string"],
])("policies %j are refused", (policies, message) => {
  const build = () => firstOf(...(policies as Policy<Id>[]));
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
});
