import { expectTypeOf, test } from "vitest";
import { boundary, except, healthy, maxCost, only, safetyFloor } from "../../policies/constraints/index.ts";
import {
  always,
  budgetAware,
  byTask,
  cheapestAbove,
  explore,
  firstOf,
  mix,
  override,
  random,
  rules,
  threshold,
  tiers,
  utility,
  when,
} from "../../policies/index.ts";
import type { Constraint, Policy } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { fakeModel } from "../../src/testing/index.ts";

type Two = "small" | "large";

const two = { small: fakeModel(), large: fakeModel() };
const three = { ...two, mid: fakeModel() };
const good = threshold({ small: "small", large: "large", at: 0.5 });
/** A user's own that names no model. */
const cheapest: Policy = {
  name: "cheapest",
  select: ({ candidates }) => candidates[0] && { model: candidates[0].id, reason: "first" },
};
const inEurope: Constraint = {
  name: "europe",
  permits: ({ facts }) => facts.labels["residency"] === "eu" || "not in the EU",
};

test("ids are inferred as literals", () => {
  expectTypeOf(good).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(always("small")).toEqualTypeOf<Policy<"small">>();
  expectTypeOf(mix({ small: 0.7, large: 0.3 })).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(random()).toEqualTypeOf<Policy>();
  expectTypeOf(firstOf(always("small"), always("large"))).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(only("small", "large")).toEqualTypeOf<Constraint<Two>>();
  expectTypeOf(except("small")).toEqualTypeOf<Constraint<"small">>();
  expectTypeOf(safetyFloor({ when: () => true, forbid: ["small"] })).toEqualTypeOf<Constraint<"small">>();
});

test("a policy fits a router that has more models than it names", () => {
  createRouter({ models: two, policy: good });
  createRouter({ models: three, policy: good });
  createRouter({ models: three, policy: always("mid") });
  createRouter({ models: three, policy: mix({ small: 0.5, mid: 0.5 }) });
  createRouter({
    models: three,
    policy: firstOf(good, threshold({ small: "mid", large: "large", at: 0.7 })),
  });
});

test("a policy that names no model fits every router, alone and nested", () => {
  createRouter({ models: two, policy: cheapest });
  createRouter({ models: two, policy: random() });
  createRouter({ models: two, policy: firstOf(cheapest, good) });
  createRouter({ models: three, policy: firstOf(random(), firstOf(cheapest, cheapest)) });
  createRouter({ models: two, policy: firstOf(...[good, cheapest]) });
});

test("constraints fit a router that has the models they name, or name none", () => {
  createRouter({
    models: three,
    policy: good,
    constraints: [only("small"), except("mid", "large"), inEurope],
  });
  createRouter({
    models: two,
    policy: good,
    constraints: [
      boundary({ label: "residency", required: ({ tenant }) => (tenant === "clinic" ? "eu" : undefined) }),
      boundary({ label: "residency", required: { byTenant: { clinic: ["eu", "ch"] } } }),
      maxCost({ usd: 1 }),
      healthy(),
      safetyFloor({ when: ({ turns }) => turns > 3, forbid: ["small"] }),
    ],
  });
});

test("a wrong id in a policy does not compile, also nested", () => {
  // @ts-expect-error
  createRouter({ models: two, policy: always("smal") });
  // @ts-expect-error
  createRouter({ models: two, policy: threshold({ small: "smal", large: "large", at: 0.5 }) });
  // @ts-expect-error
  createRouter({ models: two, policy: mix({ smal: 0.5, large: 0.5 }) });
  // @ts-expect-error
  createRouter({ models: two, policy: firstOf(good, threshold({ small: "smal", large: "large", at: 0.5 })) });
  // @ts-expect-error
  createRouter({ models: two, policy: firstOf(cheapest, firstOf(firstOf(always("smal")), good)) });

  const elsewhere = threshold({ small: "smal", large: "large", at: 0.5 });
  // @ts-expect-error
  createRouter({ models: two, policy: elsewhere });
  const nested = firstOf(good, always("smal"));
  // @ts-expect-error
  createRouter({ models: two, policy: nested });
});

test("a wrong id in a constraint or a pin does not compile", () => {
  // @ts-expect-error
  createRouter({ models: two, policy: good, constraints: [only("smal")] });
  // @ts-expect-error
  createRouter({ models: two, policy: good, constraints: [only("small"), except("small", "larg")] });
  createRouter({ models: two, policy: good, constraints: [inEurope, only("small")] });
  const floor = safetyFloor({ when: () => true, forbid: ["smal"] });
  // @ts-expect-error
  createRouter({ models: two, policy: good, constraints: [inEurope, floor] });
  // @ts-expect-error
  safetyFloor({ when: async () => true, forbid: ["small"] });

  const router = createRouter({ models: two, policy: good });
  // @ts-expect-error
  void router.decide({ messages: [], model: "smal" });
  // @ts-expect-error
  void router.route({ messages: [], constraints: [only("smal")] });
  // @ts-expect-error
  void router.route({ messages: [], constraints: [only("small"), except("small", "larg")] });
  // @ts-expect-error
  void router.route({ messages: [], constraints: [inEurope, only("smal")] });
  void router.route({ messages: [], constraints: [inEurope, only("small")] });
});

test("otherwise is one of the two models", () => {
  threshold({ small: "small", large: "large", at: 0.5, otherwise: "small" });
  threshold({ small: "small", large: "large", at: 0.5, otherwise: undefined });
  // @ts-expect-error
  threshold({ small: "small", large: "large", at: 0.5, otherwise: "mid" });
});

test("a user's own policy names only models that it may name", () => {
  createRouter({
    models: two,
    policy: {
      name: "mine",
      select: ({ request }) => ({ model: request.turns > 3 ? "large" : "small", reason: "x" }),
    },
  });
  createRouter({
    models: two,
    policy: {
      name: "mix",
      select: () => [
        { model: "small", probability: 0.9, reason: "a" },
        { model: "large", probability: 0.1, reason: "b" },
      ],
    },
  });
  // @ts-expect-error
  createRouter({ models: two, policy: { name: "mine", select: () => ({ model: "smal", reason: "x" }) } });
  // @ts-expect-error
  const nameless: Policy = { name: "x", select: () => ({ model: "small", reason: "x" }) };
  const named: Policy<Two> = {
    name: "named",
    select: ({ classification }) =>
      (classification?.complexity ?? 1) > 0.5 ? { model: "large", reason: "hard" } : undefined,
  };
  createRouter({ models: three, policy: firstOf(named, random()) });
  expectTypeOf(nameless).toEqualTypeOf<Policy>();
});

test("ids that are known at run time only are strings", () => {
  const models: Record<string, ReturnType<typeof fakeModel>> = two;
  createRouter({ models, policy: threshold({ small: "a", large: "b", at: 0.5 }) });
  createRouter({ models, policy: firstOf(always("a"), cheapest), constraints: [only("a")] });
});

const isLong = ({ request }: { request: { turns: number } }) => request.turns > 3;

test("ids are inferred as literals, through every combinator", () => {
  expectTypeOf(tiers({ models: ["small", "large"], cuts: [0.5] })).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(budgetAware({ small: "small", large: "large", at: 0.5 })).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(utility({ usdPerGoodAnswer: 0.05 })).toEqualTypeOf<Policy>();
  expectTypeOf(cheapestAbove(0.8)).toEqualTypeOf<Policy>();
  expectTypeOf(when(isLong, always("small"))).toEqualTypeOf<Policy<"small">>();
  expectTypeOf(when(isLong, cheapest)).toEqualTypeOf<Policy>();
  expectTypeOf(explore(0.1, good)).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(explore(0.1, cheapest)).toEqualTypeOf<Policy>();
  expectTypeOf(explore(0.1, always("small"), { among: ["large"] })).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(
    mix([
      { weight: 0.5, use: "small" },
      { weight: 0.5, use: always("large") },
    ]),
  ).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(mix([{ weight: 1, use: cheapest }])).toEqualTypeOf<Policy>();
  expectTypeOf(byTask({ tasks: { code: "large" }, otherwise: "small" })).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(byTask({ tasks: { code: always("large") }, otherwise: "small" })).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(byTask({ tasks: { code: cheapest }, otherwise: good })).toEqualTypeOf<Policy<Two>>();
  expectTypeOf(override({ label: "x", values: { on: "large" }, otherwise: always("small") })).toEqualTypeOf<
    Policy<Two>
  >();
  expectTypeOf(
    rules([
      { if: { tools: true }, use: "large" },
      { if: isLong, use: always("small"), reason: "long" },
      { if: ({ request }) => request.images > 0, use: cheapest },
    ]),
  ).toEqualTypeOf<Policy<Two>>();
});

test("combinators of policies fit a router that has the models they name", () => {
  createRouter({
    models: two,
    policy: explore(
      0.1,
      firstOf(
        when(isLong, always("large")),
        rules([{ if: { tenant: "clinic" }, use: "small" }]),
        override({ label: "flag", values: { on: "large" }, otherwise: cheapestAbove(0.8) }),
        byTask({ tasks: { code: "large", chat: cheapest }, otherwise: mix({ small: 0.9, large: 0.1 }) }),
      ),
    ),
  });
  createRouter({ models: three, policy: tiers({ models: ["small", "mid", "large"], cuts: [0.3, 0.7] }) });
  createRouter({ models: two, policy: firstOf(utility({ usdPerGoodAnswer: 1 }), cheapestAbove(0.8), good) });
});

test("a wrong id does not compile, however deep it stands", () => {
  // @ts-expect-error
  createRouter({ models: two, policy: tiers({ models: ["small", "mid", "large"], cuts: [0.3, 0.7] }) });
  // @ts-expect-error
  createRouter({ models: two, policy: budgetAware({ small: "smal", large: "large", at: 0.5 }) });
  // @ts-expect-error
  createRouter({ models: two, policy: when(isLong, always("smal")) });
  // @ts-expect-error
  createRouter({ models: two, policy: explore(0.1, always("smal")) });
  // @ts-expect-error
  createRouter({ models: two, policy: explore(0.1, good, { among: ["smal"] }) });
  // @ts-expect-error
  createRouter({ models: two, policy: mix([{ weight: 1, use: "smal" }]) });
  // @ts-expect-error
  createRouter({ models: two, policy: mix([{ weight: 1, use: when(isLong, always("smal")) }]) });
  // @ts-expect-error
  createRouter({ models: two, policy: byTask({ tasks: { code: "smal" }, otherwise: "small" }) });
  // @ts-expect-error
  createRouter({ models: two, policy: byTask({ tasks: { code: good }, otherwise: always("smal") }) });
  // @ts-expect-error
  createRouter({ models: two, policy: override({ label: "x", values: { on: "smal" }, otherwise: good }) });
  // @ts-expect-error
  createRouter({ models: two, policy: rules([{ if: { tools: true }, use: "smal" }]) });
  createRouter({
    models: two,
    // @ts-expect-error
    policy: rules([
      { if: { tools: true }, use: "small" },
      { if: isLong, use: explore(0.1, mix({ smal: 1 })) },
    ]),
  });
  const elsewhere = rules([{ if: isLong, use: byTask({ tasks: { code: "smal" }, otherwise: "large" }) }]);
  // @ts-expect-error
  createRouter({ models: two, policy: elsewhere });
});

test("combinators are not misused", () => {
  // @ts-expect-error the policy comes second
  when(good, isLong);
  // @ts-expect-error a condition answers at once
  when(async () => true, good);
  // @ts-expect-error models are for tables: always("small")
  when(isLong, "small");
  // @ts-expect-error
  explore(good, 0.1);
  // @ts-expect-error shares are for mix
  random({ small: 0.5, large: 0.5 });
  // @ts-expect-error
  mix([{ weight: 0.5, model: "small" }]);
  // @ts-expect-error
  mix({ small: good });
  // @ts-expect-error a table needs its otherwise
  byTask({ tasks: { code: "large" } });
  // @ts-expect-error a policy calls nobody: the flag is a label
  override({ flag: () => "large", otherwise: "small" });
  // @ts-expect-error
  rules([{ if: { tenent: "clinic" }, use: "small" }]);
  // @ts-expect-error
  rules([{ if: { tools: "yes" }, use: "small" }]);
  // @ts-expect-error
  rules({ if: { tools: true }, use: "small" });
  // @ts-expect-error
  tiers({ models: ["small", "large"], cuts: [0.5], otherwise: "mid" });
  // @ts-expect-error
  budgetAware({ small: "small", large: "large", at: 0.5, otherwise: "mid" });
});
