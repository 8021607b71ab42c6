import { expect, test } from "vitest";
import { except } from "../../policies/constraints/index.ts";
import {
  always,
  byTask,
  cascade,
  explore,
  firstOf,
  mix,
  override,
  random,
  rules,
  sticky,
  threshold,
  tiers,
  when,
} from "../../policies/index.ts";
import type { Classifier, Constraint, Policy } from "../../src/contracts/index.ts";
import { seededRandom } from "../../src/loop/statistics/seeded-random.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { partialLottery } from "../support/partial-lottery.ts";
import { runs } from "../support/runs.ts";

type Id = "canary" | "small" | "mid" | "large";

const models: Readonly<Record<Id, ReturnType<typeof fakeModel>>> = {
  canary: fakeModel({ model: "canary" }),
  small: fakeModel({ model: "small" }),
  mid: fakeModel({ model: "mid" }),
  large: fakeModel({ model: "large" }),
};
const classifier: Classifier = { name: "fixed", version: "1", classify: () => ({ complexity: 0.9 }) };
const draws = runs(2_000, 100_000);

test.each<{
  what: string;
  policy: Policy<Id>;
  constraints: readonly Constraint<Id>[];
  stated: Partial<Record<Id, number>>;
}>([
  {
    what: "a lottery",
    policy: mix({ small: 0.7, large: 0.3 }),
    constraints: [],
    stated: { small: 0.7, large: 0.3 },
  },
  {
    what: "a canary before a threshold",
    policy: firstOf(partialLottery({ canary: 0.05 }), threshold({ small: "small", large: "large", at: 0.5 })),
    constraints: [],
    stated: { canary: 0.05, large: 0.95 },
  },
  {
    what: "lotteries in lotteries that choose the same models",
    policy: firstOf(
      partialLottery({ canary: 0.1, small: 0.1 }),
      firstOf(partialLottery({ small: 0.25 }), partialLottery({ mid: 0.5 })),
      firstOf(random()),
    ),
    constraints: [],
    // Left after each: 0.8, 0.6, 0.3; the last is shared by four.
    stated: { canary: 0.1 + 0.075, small: 0.1 + 0.2 + 0.075, mid: 0.3 + 0.075, large: 0.075 },
  },
  {
    what: "a lottery of which one model is not permitted",
    policy: firstOf(
      partialLottery({ canary: 0.2, mid: 0.1 }),
      partialLottery({ small: 0.5, canary: 0.5 }),
      always("large"),
    ),
    constraints: [except("canary")],
    // Half of the 0.9 left to small, the rest to the last.
    stated: { mid: 0.1, small: 0.45, large: 0.45 },
  },
  {
    what: "exploration around a mix",
    policy: explore(0.2, mix({ small: 0.9, large: 0.1 })),
    constraints: [except("canary", "mid")],
    stated: { small: 0.82, large: 0.18 },
  },
  {
    what: "exploration around partial lotteries, among some models",
    policy: explore(0.3, firstOf(partialLottery({ canary: 0.1 }), mix({ small: 0.75, large: 0.25 })), {
      among: ["canary", "large"],
    }),
    constraints: [],
    // 0.7 times 0.1, 0.675, 0.225; and 0.15 each to canary and large.
    stated: { canary: 0.22, small: 0.4725, large: 0.3075 },
  },
  {
    what: "a mix of policies of which one has no opinion and one only a part",
    policy: mix([
      { weight: 0.3, use: when(({ request }) => request.turns > 1, always("canary")) },
      { weight: 0.2, use: partialLottery({ small: 0.5 }) },
      { weight: 0.5, use: explore(0.4, tiers({ models: ["small", "mid", "large"], cuts: [0.3, 0.7] })) },
    ]),
    constraints: [except("canary")],
    // Shares 0.1 and 0.5 of 0.6; of the 0.5, 0.3 to large and 0.2 to three models.
    stated: { small: (0.1 + 0.2 / 3) / 0.6, mid: 0.2 / 3 / 0.6, large: (0.3 + 0.2 / 3) / 0.6 },
  },
  {
    what: "tiers and lotteries inside when, rules, a table by task and a flag",
    policy: firstOf(
      when(
        ({ request }) => request.turns === 1,
        rules([
          { if: { maxTurns: 5 }, use: partialLottery({ canary: 0.2 }) },
          { if: { tools: true }, use: "canary" },
          {
            if: { tools: false },
            use: byTask({ tasks: { code: "large" }, otherwise: partialLottery({ mid: 0.5 }) }),
          },
        ]),
      ),
      override({
        label: "flag",
        values: { on: "canary" },
        otherwise: explore(0.5, tiers({ models: ["canary", "small", "mid"], cuts: [0.2, 0.9] })),
      }),
    ),
    constraints: [except("large")],
    // 0.2 to canary, half of 0.8 to mid, of the 0.4 left half to mid and half to three models.
    stated: { canary: 0.2 + 0.2 / 3, small: 0.2 / 3, mid: 0.4 + 0.2 + 0.2 / 3 },
  },
])(
  "$what is drawn as often as stated, and each decision says so",
  async ({ policy, constraints, stated }) => {
    const router = createRouter({
      models,
      policy,
      constraints,
      classifier,
      random: seededRandom(20_260_101),
    });
    const counts: Partial<Record<Id, number>> = {};
    let inversePropensities = 0;
    for (let draw = 0; draw < draws; draw += 1) {
      const { model, propensity } = await router.decide("What is the capital of France?");
      counts[model] = (counts[model] ?? 0) + 1;
      inversePropensities += 1 / propensity;
      if (Math.abs(propensity - (stated[model] ?? 0)) > 1e-12)
        expect.fail(`${model} was drawn with a propensity of ${propensity}, stated: ${stated[model]}`);
    }

    const ids = Object.keys(stated) as Id[];
    expect(Object.keys(counts).sort()).toEqual([...ids].sort());
    for (const id of ids) {
      const probability = stated[id] ?? 0;
      // 4.5 standard errors of a share: exceeded by chance once in 150,000 comparisons.
      const tolerance = 4.5 * Math.sqrt((probability * (1 - probability)) / draws);
      expect(Math.abs((counts[id] ?? 0) / draws - probability)).toBeLessThanOrEqual(tolerance);
    }
    // E(1 / propensity) is the number of models that can be drawn; its variance is Σ 1/p - k².
    const variance = ids.reduce((sum, id) => sum + 1 / (stated[id] ?? 1), 0) - ids.length ** 2;
    const tolerance = 4.5 * Math.sqrt(variance / draws);
    expect(Math.abs(inversePropensities / draws - ids.length)).toBeLessThanOrEqual(tolerance);
  },
);

test("plans are drawn as often as stated, through a conversation that stays, tables, exploration and cascades", async () => {
  const unless = { name: "never", accepts: () => false };
  const policy = sticky<Id>(
    rules([
      {
        if: { tools: false },
        use: byTask({
          tasks: {
            chat: explore(
              0.2,
              mix([
                { weight: 0.5, use: cascade({ first: "small", then: "large", unless }) },
                { weight: 0.25, use: "small" },
                { weight: 0.25, use: "mid" },
              ]),
            ),
          },
          otherwise: "large",
        }),
      },
    ]),
  );
  const router = createRouter({ models, policy, classifier, random: seededRandom(4) });
  const messages = [{ role: "user" as const, content: "And then?" }];
  await router.route({ messages, session: "s", model: "mid" });
  // Prices are not known, so nothing leaves mid; the half that cascades keeps its large model as the next step.
  const stated: Readonly<Record<string, number>> = { "mid large": 0.4, mid: 0.6 };
  const counts: Record<string, number> = {};
  for (let draw = 0; draw < draws; draw += 1) {
    const { plan, propensity } = await router.decide({ messages, session: "s", category: "chat" });
    const key = plan.map(({ model }) => model).join(" ");
    counts[key] = (counts[key] ?? 0) + 1;
    if (Math.abs(propensity - (stated[key] ?? 0)) > 1e-12)
      expect.fail(`${key} was drawn with a propensity of ${propensity}, stated: ${stated[key]}`);
  }
  for (const [key, share] of Object.entries(stated))
    expect(Math.abs((counts[key] ?? 0) / draws - share)).toBeLessThanOrEqual(
      4.5 * Math.sqrt((share * (1 - share)) / draws),
    );
});
