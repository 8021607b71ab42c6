import { expectTypeOf, test } from "vitest";
import { except, only, safetyFloor } from "../../policies/constraints/index.ts";
import { always, cascade, threshold } from "../../policies/index.ts";
import type { BaseId, Model } from "../../src/contracts/index.ts";
import { createRouter, efforts } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

const large = efforts("large", fakeModel(), ["low", "high"]);
const models = { small: fakeModel(), ...large };
const router = createRouter({ models, policy: always("large@high") });
const messages = [{ role: "user" as const, content: "x" }];

test("the ids are those that were declared", () => {
  expectTypeOf<keyof typeof large>().toEqualTypeOf<"large@low" | "large@high">();
  expectTypeOf(large["large@low"]).toEqualTypeOf<Model>();
  expectTypeOf(efforts("x", "openai:gpt-5.5", ["max"])).toEqualTypeOf<{ readonly "x@max": string }>();
  expectTypeOf<keyof typeof router.models>().toEqualTypeOf<"small" | "large@low" | "large@high">();
  expectTypeOf<BaseId<"small" | "large@low" | "eu@west" | "a@b@low">>().toEqualTypeOf<"large" | "a@b">();
});

test("an effort that is not declared does not compile, in policies, plans, pins and constraints", () => {
  // @ts-expect-error: this effort is not declared
  createRouter({ models, policy: always("large@medium") });
  // @ts-expect-error: a base is no target
  createRouter({ models, policy: always("large") });
  // @ts-expect-error: this effort is not declared
  createRouter({ models, policy: threshold({ small: "small", large: "large@max", at: 0.5 }) });
  const unless = { name: "no", accepts: () => false };
  // @ts-expect-error: this effort is not declared
  createRouter({ models, policy: cascade({ first: "large@low", then: "large@medium", unless }) });
  // @ts-expect-error: this effort is not declared
  void router.route({ messages, model: "large@medium" });
  // @ts-expect-error: this effort is not declared
  void router.route({ messages, model: "large" });
  // @ts-expect-error: this effort is not declared
  createRouter({ models, policy: always("small"), constraints: [except("large@medium")] });
  // @ts-expect-error: this effort is not declared
  createRouter({ models, policy: always("small"), constraints: [only("larg")] });
  // @ts-expect-error: this effort is not declared
  efforts("large", fakeModel(), ["huge"]);
});

test("constraints take an effort, and the base of efforts, but not a base that there is none of", () => {
  createRouter({
    models,
    policy: cascade({ first: "large@low", then: "large@high", unless: { name: "no", accepts: () => false } }),
    constraints: [
      except("large@high"),
      except("large"),
      only("large", "small"),
      safetyFloor({ when: () => true, forbid: ["large", "small"] }),
    ],
  });
  void router.route({ messages, constraints: [except("large")], model: "large@low" });
  // @ts-expect-error: this effort is not declared
  createRouter({ models, policy: always("small"), constraints: [except("small@low")] });
  const own = { "eu@west": fakeModel() };
  // @ts-expect-error: this effort is not declared
  createRouter({ models: own, policy: always("eu@west"), constraints: [except("eu")] });
});
