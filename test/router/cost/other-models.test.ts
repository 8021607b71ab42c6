import { expect, test } from "vitest";
import { createPricing } from "../../../src/router/cost/pricing.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
const model = { name: "p:m", provider: "p", model: "m", labels: {}, price } as const;
const one = { model: "m", prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 };

test("a list of other models that no call has is not priced, and the call has no known cost", () => {
  const pricing = createPricing([model as never]);
  const bill = (others: number) =>
    pricing.bill(
      model as never,
      {
        prompt_tokens: 1,
        completion_tokens: 1,
        total_tokens: 2,
        other_models: Array.from({ length: others }, () => one),
      } as never,
      { inputTokens: 1, outputTokens: () => 1 },
    );
  expect(bill(1_000).costUsd).toBeCloseTo(1_002e-6);
  const start = performance.now();
  expect(bill(1_000_000)).toMatchObject({ costUsd: undefined, unpriced: "too many models took part" });
  expect(performance.now() - start).toBeLessThan(2_000);
});
