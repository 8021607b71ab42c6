import { expect, test } from "vitest";
import { only } from "../../../policies/constraints/index.ts";
import { cheapestAbove, firstOf, mix } from "../../../policies/index.ts";
import type { Classification, Policy } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price = (usd: number) => ({ usdPerMillionInputTokens: usd, usdPerMillionOutputTokens: usd });
const models = {
  small: fakeModel({ name: "vllm:small", price: price(1) }),
  large: fakeModel({ name: "openai:large", price: price(10) }),
};

/** A router with a classifier that gives these qualities; `asked` are the qualities that the policy saw. */
function routerWith(quality: unknown) {
  const asked: (number | undefined)[][] = [];
  const spy: Policy = {
    name: "spy",
    select: ({ candidates }) => {
      asked.push(candidates.map(({ estimatedQuality }) => estimatedQuality));
      return undefined;
    },
  };
  const router = createRouter({
    models,
    policy: firstOf(spy, cheapestAbove(0.8), mix({ small: 1, large: 0 })),
    classifier: {
      name: "calibrated",
      version: "1",
      classify: () => ({ complexity: 0.5, quality }) as Classification,
    },
  });
  return { router, asked };
}

test("policies see the quality that the classification expects by name, and decisions record it", async () => {
  const { router, asked } = routerWith({ "vllm:small": 0.7, "openai:large": 0.9, other: 0.1 });
  const { model, candidates, reason } = await router.decide("hello");
  expect(asked).toEqual([[0.7, 0.9]]);
  expect(candidates.map(({ estimatedQuality }) => estimatedQuality)).toEqual([0.7, 0.9]);
  expect([model, reason]).toEqual(["large", "cheapest with an expected quality of at least 0.8"]);
});

test("the quality of a model that is not permitted is recorded too", async () => {
  const names = ["vllm:small", "openai:large", "vllm:mid"];
  const router = createRouter({
    models: { ...models, mid: fakeModel({ name: "vllm:mid" }) },
    policy: cheapestAbove(0.6),
    constraints: [only("large", "mid")],
    classifier: {
      name: "calibrated",
      version: "1",
      classify: () => ({
        complexity: 0,
        quality: Object.fromEntries(names.map((name, index) => [name, 0.7 + index / 10])),
      }),
    },
  });
  const { candidates } = await router.decide("hello");
  expect(candidates.map(({ estimatedQuality }) => estimatedQuality?.toFixed(1))).toEqual([
    "0.7",
    "0.8",
    "0.9",
  ]);
});

test.each([
  [undefined],
  [null],
  [{}],
  [{ "vllm:small": Number.NaN, "openai:large": 1.2 }],
  [{ "vllm:small": -1, "openai:large": "0.9" }],
  ["constructor"],
])("a quality of %j counts as unknown, and fails no request", async (quality) => {
  const { router, asked } = routerWith(quality);
  const { model, candidates } = await router.decide("hello");
  expect(asked).toEqual([[undefined, undefined]]);
  expect(candidates.map(({ estimatedQuality }) => estimatedQuality)).toEqual([undefined, undefined]);
  expect(model).toBe("small");
});
