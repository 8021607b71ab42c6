import { expectTypeOf, test } from "vitest";
import { threshold } from "../../policies/index.ts";
import type { Decision } from "../../src/contracts/index.ts";
import { explain } from "../../src/plugin/index.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { fakeModel, goldenRoutes } from "../../src/testing/index.ts";

const router = createRouter({
  models: { small: fakeModel(), large: fakeModel() },
  policy: threshold({ small: "small", large: "large", at: 0.5 }),
});

test("golden routes take requests of the router", () => {
  const snapshot = "routes.jsonl";
  void goldenRoutes({ router, requests: "prompts.jsonl", snapshot });
  void goldenRoutes({ router, requests: ["Hi", { id: "a", prompt: "Hi", model: "small" }], snapshot });
  // @ts-expect-error: there is no such model
  void goldenRoutes({ router, requests: [{ prompt: "Hi", model: "smal" }], snapshot });
  // @ts-expect-error
  void goldenRoutes({ router, requests: [{ promt: "Hi" }], snapshot });
  // @ts-expect-error
  void goldenRoutes({ router, requests: ["Hi"] });
});

test("decisions of any router are explained", () => {
  const decision = {} as Decision<"small" | "large">;
  expectTypeOf(explain(decision)).toEqualTypeOf<string>();
  void router.decide("Hi", { draw: 0.5 });
  // @ts-expect-error: the draw of a call is the router's
  void router.route("Hi", { draw: 0.5 });
});
