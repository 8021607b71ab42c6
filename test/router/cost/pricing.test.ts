import { describe, expect, test } from "vitest";
import type { ModelFacts, Price } from "../../../src/contracts/index.ts";
import type { ServedCall } from "../../../src/contracts/ports/index.ts";
import { completeFacts } from "../../../src/router/cost/catalogue.ts";
import { createPricing } from "../../../src/router/cost/pricing.ts";

const factsOf = (provider: string, model: string, more: Partial<ModelFacts> = {}): ModelFacts =>
  completeFacts({ name: `${provider}:${model}`, provider, model, labels: {}, ...more });
const million = { prompt_tokens: 1e6, completion_tokens: 0, total_tokens: 1e6 };
const none = { inputTokens: 0, outputTokens: () => 0 };
/** Bills a million input tokens of a call: the input rate. */
const bill = (facts: ModelFacts, call: ServedCall, models: readonly ModelFacts[] = []) =>
  createPricing(models).bill(facts, million, none, call);

const own = "https://gateway.example/v1";
const price = (usdPerMillionInputTokens: number, more: Partial<Price> = {}): Price => ({
  usdPerMillionInputTokens,
  usdPerMillionOutputTokens: 1,
  ...more,
});

describe("the model that answered", () => {
  test.each([
    ["its own name", "openai", "gpt-5", "gpt-5", 1.25],
    ["a snapshot", "openai", "gpt-5", "gpt-5-2025-08-07", 1.25],
    ["a snapshot that the catalogue does not list", "openai", "gpt-5", "gpt-5-2031-01-31", 1.25],
    ["another spelling of the date", "anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001", 1],
    ["what latest stands for", "anthropic", "claude-3-5-haiku-latest", "claude-3-5-haiku-20241022", 0.8],
    ["another case, and Google's prefix", "google", "models/gemini-2.5-flash", "Gemini-2.5-Flash", 0.3],
    ["the maker in front", "openai", "gpt-5", "openai/gpt-5", 1.25],
    ["nothing", "openai", "gpt-5", "", 1.25],
  ])("is the one that was asked if it gives %s", (_, provider, model, served, usd) => {
    const facts = factsOf(provider, model, provider === "openai" ? {} : {});
    const { costUsd, substituted, pricedAs } = bill(facts, { model: served });
    expect([costUsd, substituted, pricedAs]).toEqual([usd, undefined, undefined]);
  });

  test("bills at the price of its own snapshot, where the catalogue lists one", () => {
    expect(bill(factsOf("openai", "gpt-4o"), { model: "gpt-4o-2024-05-13" })).toMatchObject({
      costUsd: 5,
      pricedAs: "openai:gpt-4o-2024-05-13",
    });
  });

  test("bills as the other model at the provider's own address, more or less expensive, and says so", () => {
    expect(bill(factsOf("google", "gemini-2.5-pro"), { model: "gemini-3.8-flash" })).toMatchObject({
      // Above 200,000 tokens the model that was asked costs 2.5.
      costUsd: 0.75,
      substituted: "known",
      pricedAs: "google:gemini-3.8-flash",
    });
    expect(bill(factsOf("openai", "gpt-5-mini"), { model: "gpt-5" })).toMatchObject({
      costUsd: 1.25,
      substituted: "known",
    });
  });

  test("bills at the higher of both prices elsewhere: a server cannot lower its bill by a name", () => {
    const asked = factsOf("openai", "gpt-5", { endpoint: own });
    expect(bill(asked, { model: "gpt-5-nano" })).toMatchObject({ costUsd: 1.25, substituted: "known" });
    expect(bill(factsOf("openai", "gpt-5-nano", { endpoint: own }), { model: "gpt-5" })).toMatchObject({
      costUsd: 1.25,
      pricedAs: "openai:gpt-5",
    });
  });

  test("has no known cost if nothing is known of it at the provider's own address", () => {
    expect(bill(factsOf("openai", "gpt-5"), { model: "gpt-7-mystery" })).toMatchObject({
      costUsd: undefined,
      substituted: "unknown",
      unpriced: "the price of the model that answered is not known",
    });
  });

  test("may have any name on own servers, gateways and deployments", () => {
    const vllm = factsOf("vllm", "llama", { endpoint: own, price: price(0.2) });
    expect(bill(vllm, { model: "meta-llama/Llama-3.3-70B" })).toMatchObject({ costUsd: 0.2 });
    expect(
      bill(factsOf("openai", "gpt-5", { endpoint: own }), { model: "eastus-deployment-7" }).costUsd,
    ).toBe(1.25);
    const deployment = factsOf("azure", "our-chat", { endpoint: own });
    expect(bill(deployment, { model: "gpt-4o-2024-08-06" })).toEqual({
      substituted: undefined,
      unpriced: undefined,
      usage: { inputTokens: 1e6, outputTokens: 0 },
      estimated: false,
      costUsd: 2.5,
      pricedAs: "openai:gpt-4o",
    });
    expect(bill({ ...deployment, price: price(9) }, { model: "gpt-4o-2024-08-06" }).costUsd).toBe(9);
  });

  test("bills at the router's own price of it", () => {
    const sibling = factsOf("openai", "gpt-5-mini", { price: price(7) });
    expect(bill(factsOf("openai", "gpt-5"), { model: "gpt-5-mini" }, [sibling])).toMatchObject({
      costUsd: 7,
      pricedAs: "openai:gpt-5-mini",
      substituted: "known",
    });
  });

  test("is told apart when a pinned snapshot was asked for and another one answered", () => {
    const pinned = factsOf("anthropic", "claude-sonnet-4-5-20250929");
    expect(bill(pinned, { model: "claude-sonnet-4-5-20260101" })).toMatchObject({ substituted: "known" });
  });

  test("may be named after anything of Object", () => {
    for (const model of ["__proto__", "constructor", "toString"])
      expect(bill(factsOf("openai", "gpt-5"), { model })).toMatchObject({ costUsd: undefined });
  });
});

describe("the class of service of an answer", () => {
  const tiers = price(10, { serviceTiers: { flex: { factor: 0.5 }, priority: { factor: 2 } } });
  const model = factsOf("own", "m", { price: tiers, endpoint: own });
  test.each<[string, ServedCall, number | undefined]>([
    ["asked for and served", { askedTier: "flex", serviceTier: "flex" }, 5],
    ["asked for and refused", { askedTier: "priority", serviceTier: "default" }, 10],
    ["cheaper than asked for: a server cannot lower its bill by a word", { serviceTier: "flex" }, 10],
    ["more expensive than asked for", { serviceTier: "priority" }, 20],
    ["more expensive where another one was asked for", { askedTier: "flex", serviceTier: "priority" }, 20],
    ["asked for and not told: the higher bill", { askedTier: "flex" }, 10],
    ["asked for at a higher price and not told", { askedTier: "priority" }, 20],
    ["not on the price list", { serviceTier: "scale" }, undefined],
    ["asked for of a server that has none", { askedTier: "turbo" }, 10],
    ["nonsense", { serviceTier: "no such class!" }, 10],
  ])("%s", (_, call, usd) => {
    const { costUsd, unpriced } = bill(model, call);
    expect(costUsd).toBe(usd);
    expect(unpriced === undefined).toBe(usd !== undefined);
  });

  test("counts for later reservations if it came unasked", () => {
    const facts = { ...model, price: price(10, { serviceTiers: { fast: { factor: 4, reserve: "asked" } } }) };
    const pricing = createPricing();
    const reserved = () =>
      pricing.limitOutput({
        model: facts,
        request: { inputTokens: 10, mostInputTokens: 1e6, images: 0 },
        asked: 10,
        usualOutputTokens: 1,
        cutAt: 0,
        left: { usd: 1e6, by: "budget" },
      }).costUsd as number;
    const before = reserved();
    pricing.bill(facts, million, none, { serviceTier: "fast" });
    expect(reserved()).toBeCloseTo(4 * before, 9);
  });

  test("is billed at the price of the day of the call", () => {
    const dated = factsOf("google", "gemini-3.8-flash");
    const on = (day: string) => bill(dated, { at: Date.parse(day) }).costUsd;
    expect([on("2026-12-31T23:59:59Z"), on("2027-01-01")]).toEqual([0.75, 1.5]);
  });
});
