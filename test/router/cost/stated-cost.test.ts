import { describe, expect, test } from "vitest";
import type { CompletionUsage, ModelFacts, Price } from "../../../src/contracts/index.ts";
import { createPricing } from "../../../src/router/cost/pricing.ts";

// Forms of openrouter.ai/docs/use-cases/usage-accounting and of recorded answers (pydantic-ai, 2026-08): counts as
// recorded, `is_byok` and `upstream_inference_cost` in newer ones only.
const openRouter: ModelFacts = {
  name: "openrouter:anthropic/claude-opus-5.5",
  provider: "openrouter",
  model: "anthropic/claude-opus-5.5",
  endpoint: "https://openrouter.ai/api/v1",
  labels: {},
};
const price: Price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
const gateway: ModelFacts = { ...openRouter, endpoint: "https://gateway.example/v1", price };
const counts = { prompt_tokens: 1_000, completion_tokens: 1_000, total_tokens: 2_000 };
const nothing = { inputTokens: 0, outputTokens: () => 0 };

function bill(model: ModelFacts, usage: object, isWhole = true) {
  const returned = { ...counts, ...usage } as CompletionUsage;
  const { costUsd, costSource, unpriced } = createPricing().bill(model, returned, nothing, { isWhole });
  return { costUsd, costSource, unpriced };
}

describe("a cost that the provider states", () => {
  test("is the cost of a model without a price", () => {
    expect(bill(openRouter, { cost: 0.00093, is_byok: false })).toEqual({
      costUsd: 0.00093,
      costSource: "provider",
    });
    expect(bill(openRouter, {})).toEqual({});
  });

  test("wins over the price at the provider's own address, also if it is less", () => {
    for (const endpoint of [
      "https://openrouter.ai/api/v1",
      "https://eu.openrouter.ai/api/v1",
      "https://api.x.ai/v1",
    ])
      for (const cost of [0, 0.0001, 5])
        expect(bill({ ...openRouter, endpoint, price }, { cost })).toEqual({
          costUsd: cost,
          costSource: "provider",
        });
  });

  test("from any other address is believed only if it is more than the price", () => {
    for (const endpoint of [
      gateway.endpoint,
      "http://openrouter.ai/v1",
      "https://openrouter.ai.example/v1",
      "https://notopenrouter.ai/v1",
      "no address",
      undefined,
    ]) {
      expect(bill({ ...gateway, endpoint }, { cost: 0.0001 })).toEqual({
        costUsd: 0.002,
        costSource: "price",
      });
      expect(bill({ ...gateway, endpoint }, { cost: 0.5 })).toEqual({ costUsd: 0.5, costSource: "provider" });
    }
  });

  test("does not make a cost known that the price leaves open, so that what was reserved stays spent", () => {
    const searched = { cost: 0, server_tool_use: { web_search_requests: 1 } };
    expect(bill(gateway, searched)).toEqual({
      costUsd: undefined,
      costSource: "price",
      unpriced: "the rate of a web search is not known",
    });
    expect(bill({ ...openRouter, price }, { ...searched, cost: 0.007 })).toEqual({
      costUsd: 0.007,
      costSource: "provider",
    });
  });

  test("of a call that broke off counts only if it is more", () => {
    const own = { ...openRouter, price };
    expect(bill(own, { cost: 0.0001 }, false)).toEqual({ costUsd: 0.002, costSource: "price" });
    expect(bill(own, { cost: 0.01 }, false)).toEqual({ costUsd: 0.01, costSource: "provider" });
  });

  test.each([
    ["negative", -5],
    ["NaN", Number.NaN],
    ["without end", Number.POSITIVE_INFINITY],
    ["more than a call can cost", 1e6],
    ["a text", "0.1"],
    ["an object", {}],
  ])("that is %s is not believed, and said", (_, cost) => {
    expect(bill({ ...openRouter, price }, { cost })).toEqual({ costUsd: 0.002, costSource: "price" });
    expect(bill(openRouter, { cost })).toEqual({
      costUsd: undefined,
      costSource: "price",
      unpriced: "the provider states a cost that no call has",
    });
  });

  test("null is none", () => {
    expect(bill(openRouter, { cost: null })).toEqual({});
  });
});

describe("a call on a key of the caller's own", () => {
  test("costs OpenRouter's fee and what the key's provider takes", () => {
    const told = { cost: 0.95, cost_details: { upstream_inference_cost: 19 } };
    expect(bill(openRouter, { ...told, is_byok: true }).costUsd).toBeCloseTo(19.95, 12);
    // Answers before `is_byok`: the form of the documentation's example.
    expect(bill(openRouter, told).costUsd).toBeCloseTo(19.95, 12);
  });

  test("on OpenRouter's own key has it in its cost", () => {
    for (const usage of [
      { cost: 0.001071, cost_details: { upstream_inference_cost: 0.001071 }, is_byok: false },
      { cost: 0.007637, cost_details: { upstream_inference_cost: 0.000637 } },
      { cost: 0.00085, cost_details: { upstream_inference_cost: null } },
    ])
      expect(bill(openRouter, usage).costUsd).toBe(usage.cost);
  });

  test("whose provider's part is not told has the cost of its price and the fee, or none", () => {
    const told = { cost: 0.0001, is_byok: true, cost_details: { upstream_inference_cost: null } };
    expect(bill({ ...openRouter, price }, told)).toEqual({ costUsd: 0.0021, costSource: "price" });
    expect(bill(openRouter, told)).toMatchObject({
      costUsd: undefined,
      unpriced: "the provider states its own fee only, not what the call costs on your key",
    });
  });
});

describe("searches", () => {
  const anthropic: ModelFacts = {
    name: "a",
    provider: "anthropic",
    model: "claude-sonnet-5",
    labels: {},
    price: { ...price, searchFee: { usd: 0.01 } },
  };

  test("are counted and have their fee", () => {
    const { bill: billed } = createPricing();
    const of = (searches: unknown) =>
      billed(
        anthropic,
        { ...counts, server_tool_use: { web_search_requests: searches as number, web_fetch_requests: 7 } },
        nothing,
      );
    expect(of(2)).toMatchObject({ usage: { searches: 2 }, costUsd: 0.022 });
    // A count that no call has is none: it would use up any budget.
    for (const none of [0, -1, Number.NaN, 1e9, "3", null, undefined]) {
      expect(of(none).usage).not.toHaveProperty("searches");
      expect(of(none).costUsd).toBeCloseTo(0.002, 12);
    }
  });

  test("without a known fee leave the cost open, and the bill says so", () => {
    const { searchFee: _, ...without } = anthropic.price as Price;
    expect(bill({ ...anthropic, price: without }, { server_tool_use: { web_search_requests: 1 } })).toEqual({
      costUsd: undefined,
      costSource: undefined,
      unpriced: "the rate of a web search is not known",
    });
  });
});
