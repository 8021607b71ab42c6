import { expectTypeOf, test } from "vitest";
import { boundary, except, healthy, maxCost, only, safetyFloor } from "../../policies/constraints/index.ts";
import { always, firstOf, mix, random, threshold } from "../../policies/index.ts";
import type { Constraint, Policy } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/create-router.ts";
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
