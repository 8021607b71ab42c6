import { expect, test, vi } from "vitest";
import { createPricing } from "../../../src/router/cost/pricing.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
const model = { name: "p:m", provider: "p", model: "m", labels: {}, price } as const;
const one = { model: "m", prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 };

test("a list of other models that no call has is not priced, and the call has no known cost", () => {
  const pricing = createPricing([model as never]);
  const billOf = (others: readonly unknown[]) =>
    pricing.bill(
      model as never,
      {
        prompt_tokens: 1,
        completion_tokens: 1,
        total_tokens: 2,
        other_models: others,
      } as never,
      { inputTokens: 1, outputTokens: () => 1 },
    );
  expect(billOf(Array.from({ length: 1_000 }, () => one)).costUsd).toBeCloseTo(1_002e-6);
  const read = vi.fn(() => one);
  const many = new Proxy(Array.from({ length: 1_000_000 }), {
    get: (list, key) => (typeof key === "string" && /^\d/.test(key) ? read() : Reflect.get(list, key)),
  });
  expect(billOf(many)).toMatchObject({ costUsd: undefined, unpriced: "too many models took part" });
  expect(read.mock.calls.length).toBeLessThanOrEqual(1_000);
});
