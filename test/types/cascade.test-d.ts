import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { allOf, jsonSchema, judge, notRefused, toolArguments } from "../../policies/checks/index.ts";
import { cascade, explore, firstOf, mix, threshold, when } from "../../policies/index.ts";
import type { Check, Policy } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { fakeModel } from "../../src/testing/index.ts";

const two = { small: fakeModel(), large: fakeModel() };
const three = { ...two, mid: fakeModel() };
const check = notRefused();
const good = cascade({ first: "small", then: "large", unless: check });

test("ids are inferred as literals from all steps", () => {
  expectTypeOf(good).toEqualTypeOf<Policy<"small" | "large">>();
  expectTypeOf(cascade({ first: "small", then: ["mid", "large"], unless: [check, check] })).toEqualTypeOf<
    Policy<"small" | "mid" | "large">
  >();
  createRouter({ models: two, policy: good });
  createRouter({ models: three, policy: cascade({ first: "mid", then: ["large"], unless: check }) });
});

test("a wrong id does not compile, in any step and however deep", () => {
  // @ts-expect-error
  createRouter({ models: two, policy: cascade({ first: "smal", then: "large", unless: check }) });
  // @ts-expect-error
  createRouter({ models: two, policy: cascade({ first: "small", then: "larg", unless: check }) });
  // @ts-expect-error
  createRouter({ models: two, policy: cascade({ first: "small", then: ["large", "huge"], unless: check }) });
  const elsewhere = cascade({ first: "small", then: ["mid", "large"], unless: check });
  // @ts-expect-error
  createRouter({ models: two, policy: elsewhere });
  createRouter({ models: three, policy: elsewhere });
  const conditional = when(() => true, elsewhere);
  // @ts-expect-error
  createRouter({ models: two, policy: firstOf(conditional, good) });
  // @ts-expect-error
  createRouter({ models: two, policy: explore(0.1, mix([{ weight: 1, use: elsewhere }])) });
  createRouter({ models: three, policy: explore(0.1, mix([{ weight: 1, use: elsewhere }])) });
  const split = threshold({ small: "small", large: "large", at: 0.5 });
  createRouter({
    models: two,
    policy: firstOf(
      when(() => true, good),
      split,
    ),
  });
});

test("a check is needed, and is one", () => {
  // @ts-expect-error
  cascade({ first: "small", then: "large" });
  // @ts-expect-error
  cascade({ first: "small", then: "large", unless: "notRefused" });
  // @ts-expect-error
  cascade({ first: "small", then: "large", unless: [check, () => true] });
  cascade({
    first: "small",
    then: "large",
    unless: { name: "mine", accepts: (request) => request.turns > 1 },
  });
});

test("a schema of any library fits by its standard interface, a JSON Schema as it is", () => {
  expectTypeOf(jsonSchema(z.object({ a: z.number() }))).toEqualTypeOf<Check>();
  jsonSchema({ type: "object", properties: { a: { type: "number" } } });
  // @ts-expect-error
  jsonSchema("object");
  toolArguments({ tools: [{ type: "function", function: { name: "f" } }] });
  allOf(check, judge({ model: fakeModel() }));
  // @ts-expect-error
  judge({ model: "gpt-5" });
});
