import { expect, test } from "vitest";
import { always } from "../../policies/index.ts";
import { InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../src/testing/index.ts";

const small = candidateOf("small");
const large = candidateOf("large");
const request = factsOf();
const policy: Policy<"small" | "large"> = always("large");

test("it chooses its model for any complexity", () => {
  for (const complexity of [0, 1]) {
    const context = {
      request,
      classification: { complexity },
      candidates: [small, large],
      inputs: {},
      now: 0,
    };
    expect(policy.select(context)).toEqual({ model: "large", reason: "always large" });
  }
});

test("it has no opinion where its model is not permitted", () => {
  expect(policy.select({ request, candidates: [small], inputs: {}, now: 0 })).toBeUndefined();
});

test("its parameters describe it", () => {
  expect(policy).toMatchObject({
    name: "always",
    parameters: { model: "large" },
    models: ["large"],
  });
});

test.each([[""], [" "], [undefined], [7]])("the model id %j is refused", (id) => {
  expect(() => always(id as string)).toThrow(InvalidOptionError);
  expect(() => always(id as string)).toThrow(/^always\.model must be a non-empty string/);
});
