import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { calcPrice, findProvider, type MatchLogic } from "@pydantic/genai-prices";
import { describe, expect, test } from "vitest";
import type { ModelFacts } from "../../../src/contracts/index.ts";
import { checkPrice } from "../../../src/plugin/index.ts";
import {
  catalogueDate,
  catalogueSource,
  completeFacts,
  lookUpModel,
} from "../../../src/router/cost/catalogue.ts";
import { costOf } from "../../../src/router/cost/cost-of.ts";

const folder = new URL("../../../src/router/cost/", import.meta.url);

test("the catalogue equals the generator's output, byte for byte, and stays small", async () => {
  const script = fileURLToPath(new URL("generate-catalogue.mjs", folder));
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--stdout"]);
  const checkedIn = await readFile(new URL("catalogue.generated.ts", folder), "utf8");
  expect(stdout).toBe(checkedIn);
  expect(Buffer.byteLength(checkedIn)).toBeLessThan(60_000);
});

test("the catalogue states its date and its source", () => {
  expect(catalogueDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(catalogueSource).toMatch(/^@pydantic\/genai-prices \d+\.\d+\.\d+, \d{4}-\d{2}-\d{2}$/);
});

describe("looking up a model", () => {
  test("finds price, tiers, window, output limit and capabilities", () => {
    expect(lookUpModel("openai", "gpt-5.5")).toEqual({
      name: "openai:gpt-5.5",
      price: {
        usdPerMillionInputTokens: 5,
        usdPerMillionOutputTokens: 30,
        usdPerMillionCachedInputTokens: 0.5,
        tiers: [
          {
            aboveInputTokens: 272_000,
            inclusive: true,
            usdPerMillionInputTokens: 10,
            usdPerMillionOutputTokens: 45,
            usdPerMillionCachedInputTokens: 1,
          },
        ],
        serviceTiers: {
          batch: { factor: 0.5, reserve: "asked" },
          flex: { factor: 0.5, reserve: "asked" },
          priority: { factor: 2.5, doesNotStackWith: ["longContext"], reserve: "asked" },
          fast: { factor: 2.5, doesNotStackWith: ["longContext"], reserve: "asked" },
        },
        source: catalogueSource,
        checkedOn: "2026-09-23",
      },
      contextWindow: 1_050_000,
      maxOutputTokens: 128_000,
      capabilities: { tools: true, images: true, jsonSchema: true, reasoning: true },
      api: "responses",
    });
    expect(lookUpModel("anthropic", "claude-haiku-4-5-20251001")?.price).toEqual({
      usdPerMillionInputTokens: 1,
      usdPerMillionOutputTokens: 5,
      usdPerMillionCachedInputTokens: 0.1,
      usdPerMillionCacheWriteTokens: 1.25,
      usdPerMillionCacheWrite1hTokens: 2,
      serviceTiers: { batch: { factor: 0.5, reserve: "asked" } },
      source: catalogueSource,
      checkedOn: "2026-09-23",
    });
    expect(lookUpModel("google", "gemini-3.8-flash")?.price?.changes).toMatchObject([
      { from: "2027-01-01", usdPerMillionInputTokens: 1.5, usdPerMillionOutputTokens: 7.5 },
    ]);
  });

  test.each([
    ["openai", "gpt-5-2025-08-07", "openai:gpt-5"],
    ["openai", "gpt-5-20250807", "openai:gpt-5"],
    ["openai", "gpt-5-mini-2031-01-31", "openai:gpt-5-mini"],
    ["openai", "gpt-4o-2024-05-13", "openai:gpt-4o-2024-05-13"],
    ["openai", "gpt-6-sol-2026-09-22", "openai:gpt-6-sol"],
    ["openai", "gpt-5-chat-latest", "openai:gpt-5-chat-latest"],
    ["openai", "GPT-4o-Mini ", "openai:gpt-4o-mini"],
    ["openai", "ft:gpt-4o-mini-2024-07-18:team::abc", "openai:ft:gpt-4o-mini"],
    ["azure", "gpt-35-turbo", "openai:gpt-3.5-turbo"],
    ["anthropic", "claude-opus-5-5-20260922", "anthropic:claude-opus-5-5"],
    ["anthropic", "claude-haiku-5-5", "anthropic:claude-haiku-5-5"],
    ["google", "models/gemini-2.5-pro", "google:gemini-2.5-pro"],
    ["google", "gemini-2.5-pro-preview-06-05", "google:gemini-2.5-pro"],
    ["xai", "grok-4.6-20261001", "x-ai:grok-4.6"],
  ])("%s %s is %s", (provider, model, name) => {
    expect(lookUpModel(provider, model)?.name).toBe(name);
  });

  test.each([
    ["openai", "gpt-99"],
    ["openai", "gpt-5-2025-13-07"],
    ["google", "gemini-2.5-pro-preview-tts"],
    ["openai", "gpt-4o-audio-preview"],
    ["vllm", "gpt-oss-120b"],
    ["openai", ""],
    ["openai", `gpt-5${"-".repeat(100_000)}`],
    ["__proto__", "gpt-5"],
    ["toString", "gpt-5"],
  ])("%s %s is not known", (provider, model) => {
    expect(lookUpModel(provider, model)).toBeUndefined();
  });

  test.each([
    // Chat completions refuse their tools next to an effort, or whenever they reason.
    ["openai", "gpt-5.4", "responses"],
    ["openai", "gpt-5.4-mini-2026-03-17", "responses"],
    ["azure", "gpt-5-4", "responses"],
    ["openai", "gpt-5.6-terra", "responses"],
    ["openai", "gpt-5.6", "responses"],
    ["openai", "gpt-6.2-sol", "responses"],
    ["openai", "gpt-6-sol-2026-09-22", "responses"],
    // They are on Responses only.
    ["openai", "gpt-5-codex", "responses"],
    ["openai", "gpt-5.1-codex-max", "responses"],
    ["openai", "codex-mini-latest", "responses"],
    ["openai", "gpt-5-pro", "responses"],
    ["openai", "gpt-5.2-pro-2025-12-11", "responses"],
    ["openai", "o3-pro", "responses"],
    // Chat completions serve all that they can.
    ["openai", "gpt-5", undefined],
    ["openai", "gpt-5.1", undefined],
    ["openai", "gpt-5.5-chat-latest", undefined],
    ["openai", "gpt-4o", undefined],
    ["openai", "o3", undefined],
    ["bedrock", "global.openai.gpt-5.6-sol", undefined],
  ])("the interface that %s %s needs", (provider, model, api) => {
    expect(lookUpModel(provider, model)).toBeDefined();
    expect(lookUpModel(provider, model)?.api).toBe(api);
  });

  test("a price that is not known is absent, even where other facts are known", () => {
    const entry = lookUpModel("openai", "gpt-6.2-astra");
    expect(entry?.contextWindow).toBe(1_050_000);
    expect(entry).not.toHaveProperty("price");
    // The source lists it as free on one of its endpoints, which is not a price.
    expect(lookUpModel("google", "gemma-4-31b-it")).not.toHaveProperty("price");
  });

  test("a model whose price varies by the hour has the most expensive one", () => {
    expect(lookUpModel("deepseek", "deepseek-v4-pro")?.price?.usdPerMillionInputTokens).toBe(1.32);
  });
});

describe("against the source's own arithmetic", () => {
  const providers = [
    "openai",
    "anthropic",
    "google",
    "mistral",
    "x-ai",
    "groq",
    "cohere",
    "moonshotai",
    "zai",
  ];
  const at = new Date(`${catalogueDate}T12:00:00Z`);

  function literals(rule: MatchLogic): string[] {
    if ("or" in rule) return rule.or.flatMap(literals);
    if ("and" in rule) return rule.and.flatMap(literals);
    return Object.entries(rule).flatMap(([kind, text]) => (kind === "regex" ? [] : [String(text)]));
  }

  /** Every name in the source's rules, without and with endings that its rules distinguish. */
  const names = providers.flatMap((provider) =>
    (findProvider({ providerId: provider })?.models ?? []).flatMap((model) =>
      [model.id, ...literals(model.match)].flatMap((name) =>
        ["", "-20260102", "-2026-01-02", "-tts", "-latest", "-preview"].map(
          (ending) => [provider, name + ending] as const,
        ),
      ),
    ),
  );

  const usages = [
    { inputTokens: 10_000, outputTokens: 500, cachedInputTokens: 6_000, cacheWriteTokens: 1_000 },
    { inputTokens: 300_000, outputTokens: 2_000, cachedInputTokens: 0, cacheWriteTokens: 0 },
    { inputTokens: 128_000, outputTokens: 1, cachedInputTokens: 64_000, cacheWriteTokens: 0 },
  ];

  test("every model in both costs the same", () => {
    let compared = 0;
    for (const [provider, model] of names) {
      const price = lookUpModel(provider, model)?.price;
      const probe = { input_tokens: 1, output_tokens: 1 };
      const theirs = calcPrice(probe, model, { providerId: provider, timestamp: at });
      // Only in ours: newer models, and snapshots whose date is left out.
      if (price === undefined || theirs === null || theirs.provider.id !== provider) continue;
      checkPrice(`${provider}:${model}`, price);
      for (const usage of usages) {
        const expected = calcPrice(
          {
            input_tokens: usage.inputTokens,
            output_tokens: usage.outputTokens,
            cache_read_tokens: usage.cachedInputTokens,
            cache_write_tokens: usage.cacheWriteTokens,
          },
          model,
          { providerId: provider, timestamp: at },
        );
        expect(costOf(price, usage), `${provider}:${model}`).toBeCloseTo(
          expected?.total_price ?? Number.NaN,
          9,
        );
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(1_000);
  });

  test("a name that the source gives to another kind of model is not priced as a chat model", () => {
    for (const [provider, model] of names) {
      const theirs = calcPrice({ input_tokens: 1 }, model, { providerId: provider, timestamp: at });
      if (theirs === null || !/audio|realtime|tts|transcribe|image|live|embed|voice/.test(theirs.model.id))
        continue;
      expect(lookUpModel(provider, model), `${provider}:${model}`).toBeUndefined();
    }
  });
});

describe("completing a model's facts", () => {
  const bare: ModelFacts = { name: "openai:gpt-5", provider: "openai", model: "gpt-5", labels: {} };

  test("fills what the caller left out", () => {
    const facts = completeFacts(bare);
    expect(facts).toMatchObject({ ...bare, contextWindow: 400_000, maxOutputTokens: 128_000 });
    expect(facts.price?.usdPerMillionInputTokens).toBe(1.25);
  });

  test("keeps the caller's facts, field by field and capability by capability", () => {
    const price = { usdPerMillionInputTokens: 9, usdPerMillionOutputTokens: 9 };
    const facts = completeFacts({
      ...bare,
      price,
      contextWindow: 8_000,
      capabilities: { images: false, tools: undefined },
    });
    expect(facts.price).toBe(price);
    expect(facts.contextWindow).toBe(8_000);
    expect(facts.maxOutputTokens).toBe(128_000);
    expect(facts.capabilities).toEqual({ tools: true, images: false, jsonSchema: true, reasoning: true });
  });

  test("keeps the caller's name, labels and model, and drops everything that is not a fact", () => {
    const model = { ...bare, name: "fast", labels: { residency: "eu" }, generate: () => undefined };
    expect(completeFacts(model)).toMatchObject({ name: "fast", model: "gpt-5", labels: { residency: "eu" } });
    expect(completeFacts(model)).not.toHaveProperty("generate");
  });

  test("leaves facts unknown that neither the caller nor the catalogue has", () => {
    const unknown: ModelFacts = { name: "vllm:q", provider: "vllm", model: "q", labels: {} };
    expect(completeFacts(unknown)).toStrictEqual(unknown);
    expect(completeFacts({ ...unknown, capabilities: { tools: true } }).capabilities).toEqual({
      tools: true,
    });
  });
});

test("models of Bedrock have a price in the United States and by global profiles, and a window everywhere", () => {
  const at = (region: string, model = "openai.gpt-oss-20b-1:0") =>
    completeFacts({ name: `bedrock:${model}`, provider: "bedrock", model, labels: { region } });
  expect(at("us-east-1").price?.usdPerMillionInputTokens).toBe(0.07);
  expect(at("us", "us.openai.gpt-5.6-sol").price?.usdPerMillionInputTokens).toBe(4.4);
  expect(at("global", "global.openai.gpt-5.6-sol").price?.usdPerMillionInputTokens).toBe(4);
  for (const region of ["eu-central-1", "us-gov-west-1", "eu", "usual"]) {
    expect(at(region).contextWindow).toBe(128_000);
    expect(at(region).price).toBeUndefined();
  }
});

test("Gemini on Vertex AI has the facts of Gemini, by its publisher's name; others are not known", () => {
  expect(lookUpModel("vertex", "google/gemini-2.5-flash")?.name).toBe("google:gemini-2.5-flash");
  expect(lookUpModel("vertex", "meta/llama-3.3-70b-instruct-maas")).toBeUndefined();
  expect(lookUpModel("sagemaker", "my-endpoint")).toBeUndefined();
});
