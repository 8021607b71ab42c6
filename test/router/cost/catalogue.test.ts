import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  lookUpName,
} from "../../../src/router/cost/catalogue.ts";
import { costOf } from "../../../src/router/cost/cost-of.ts";

const folder = new URL("../../../src/router/cost/", import.meta.url);

test("the catalogue equals the generator's output, byte for byte, and stays small", async () => {
  const script = fileURLToPath(new URL("generate-catalogue.mjs", folder));
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--stdout"]);
  const checkedIn = await readFile(new URL("catalogue.generated.ts", folder), "utf8");
  expect(stdout).toBe(checkedIn);
  expect(Buffer.byteLength(checkedIn)).toBeLessThan(32_000);
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
        searchFee: { usd: 0.01 },
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
      capabilities: {
        tools: true,
        images: true,
        jsonSchema: true,
        reasoning: true,
        efforts: ["none", "low", "medium", "high", "xhigh"],
      },
    });
    expect(lookUpModel("anthropic", "claude-haiku-4-5-20251001")?.price).toEqual({
      usdPerMillionInputTokens: 1,
      usdPerMillionOutputTokens: 5,
      usdPerMillionCachedInputTokens: 0.1,
      usdPerMillionCacheWriteTokens: 1.25,
      usdPerMillionCacheWrite1hTokens: 2,
      searchFee: { usd: 0.01 },
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
    ["deepseek", "deepseek-v4-flash", "deepseek:deepseek-flash"],
    ["deepseek", "deepseek-v4-flash-vision-exp", "deepseek:deepseek-flash"],
    ["moonshot", "kimi-k3.1-pro", "moonshotai:kimi-k3.1-pro"],
    ["fireworks", "accounts/fireworks/models/glm-5p3", "fireworks:glm-5p3"],
    ["fireworks_ai", "glm-5p3", "fireworks:glm-5p3"],
    ["together", "moonshotai/Kimi-K3", "together:moonshotai/kimi-k3"],
    ["dashscope", "qwen3.8-max", "alibaba:qwen3.8-max"],
    ["bedrock", "anthropic.claude-opus-5-5", "aws:anthropic.claude-opus-5-5"],
    ["bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws:anthropic.claude-sonnet-4-5"],
    ["bedrock", "global.anthropic.claude-opus-4-6-v1", "aws:global.anthropic.claude-opus-4-6"],
    ["bedrock", "us.amazon.nova-pro-v1:0", "aws:amazon.nova-pro-v1:0"],
    ["bedrock", "us.meta.llama3-3-70b-instruct-v1:0", "aws:meta.llama3-3-70b-instruct-v1:0"],
    ["bedrock", "arn:aws:bedrock:us-east-1:1:inference-profile/us.openai.gpt-6-sol", "aws:openai.gpt-6-sol"],
    ["vertex", "claude-sonnet-4-5@20250929", "google:anthropic.claude-sonnet-4-5"],
  ])("%s %s is %s", (provider, model, name) => {
    expect(lookUpModel(provider, model)?.name).toBe(name);
  });

  test.each([
    ["openai", "gpt-99"],
    ["openai", "gpt-5-2025-13-07"],
    ["google", "gemini-2.5-pro-preview-tts"],
    ["openai", "gpt-4o-realtime-preview"],
    ["vllm", "gpt-oss-120b"],
    ["openai", ""],
    ["openai", `gpt-5${"-".repeat(100_000)}`],
    ["__proto__", "gpt-5"],
    ["toString", "gpt-5"],
  ])("%s %s is not known", (provider, model) => {
    expect(lookUpModel(provider, model)).toBeUndefined();
  });

  test("a price that is not known is absent, even where other facts are known", () => {
    const entry = lookUpModel("openai", "gpt-6.2-astra");
    expect(entry?.contextWindow).toBe(1_050_000);
    expect(entry).not.toHaveProperty("price");
    // The source lists it as free on one of its endpoints, which is not a price.
    expect(lookUpModel("google", "gemma-4-31b-it")).not.toHaveProperty("price");
  });

  test("a model whose price varies by the hour has the most expensive one, and the hours of the cheaper one", () => {
    const { price } = lookUpModel("deepseek", "deepseek-v4-pro") ?? {};
    expect(price?.usdPerMillionInputTokens).toBe(1.32);
    expect(price?.cheaperHours).toContainEqual({ days: [0, 6], from: "00:00", to: "24:00", factor: 0.5 });
    expect(price?.cheaperHours).toContainEqual({
      days: [1, 2, 3, 4, 5],
      from: "10:00",
      to: "24:00",
      factor: 0.5,
    });
  });

  // Prices as the providers' pages have them, which an examination found wrong or missing.
  test.each([
    ["deepseek", "deepseek-v4-flash", 0.3, 1.2],
    ["deepseek", "deepseek-flash", 0.3, 1.2],
    ["deepseek", "deepseek-chat", 0.28, 0.42],
    ["mistral", "mistral-large-latest", 0.5, 1.5],
    ["groq", "openai/gpt-oss-safeguard-20b", 0.075, 0.3],
    ["google", "gemini-flash-latest", 0.75, 3.75],
    ["google", "gemini-pro-latest", 2, 12],
    ["openai", "gpt-audio", 2.5, 10],
    ["zai", "glm-4.5", 0.6, 2.2],
    ["zai", "glm-5.1", 1.4, 4.4],
    ["mistral", "devstral-latest", 0.4, 2],
    ["perplexity", "sonar-pro", 3, 15],
    ["minimax", "MiniMax-M2.1-lightning", 0.3, 2.4],
  ])("%s %s costs %d and %d", (provider, model, input, output) => {
    expect(lookUpModel(provider, model)?.price).toMatchObject({
      usdPerMillionInputTokens: input,
      usdPerMillionOutputTokens: output,
    });
  });

  test("it is known of every current model whether it calls tools", () => {
    for (const name of [
      ...[
        "gpt-5.6-sol",
        "gpt-5.6-terra",
        "gpt-5.6-luna",
        "gpt-6-sol",
        "gpt-6-luna",
        "gpt-6.1-sol",
        "gpt-6.2-sol",
      ].map((model) => `openai:${model}`),
      ...["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"].map((model) => `anthropic:${model}`),
      ...["gemini-3.6-flash", "gemini-3.8-flash", "gemini-4-argon"].map((model) => `google:${model}`),
      ...["xai:grok-4.6", "moonshotai:kimi-k3", "deepseek:deepseek-v4-flash", "deepseek:deepseek-v4-pro"],
      ...["mistral:mistral-medium-latest", "zai:glm-5.3", "minimax:minimax-m3", "cerebras:gpt-oss-120b"],
      ...["groq:openai/gpt-oss-120b", "cohere:command-a-03-2025"],
    ])
      expect(lookUpName(name)?.capabilities?.tools, name).toBe(true);
    for (const name of [
      "openai:gpt-5.6-sol",
      "google:gemini-3.6-flash",
      "xai:grok-4.6",
      "moonshotai:kimi-k2.6",
    ])
      expect(lookUpName(name)?.capabilities?.images, name).toBe(true);
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
      // Only in ours: newer models, and snapshots whose date is left out. Or from another source that knows better.
      if (price?.source !== catalogueSource || theirs?.provider.id !== provider) continue;
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

  test("a name that the source gives to another kind of model is not priced as a chat model of text", () => {
    for (const [provider, model] of names) {
      const theirs = calcPrice({ input_tokens: 1 }, model, { providerId: provider, timestamp: at });
      if (theirs === null || !/audio|realtime|tts|transcribe|image|live|embed|voice/.test(theirs.model.id))
        continue;
      const found = lookUpModel(provider, model);
      const sound = found?.price?.usdPerMillionAudioInputTokens;
      if (found?.capabilities?.audioInput === true) expect(sound, `${provider}:${model}`).toBeGreaterThan(0);
      else expect(found, `${provider}:${model}`).toBeUndefined();
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
    expect(facts.capabilities).toMatchObject({
      tools: true,
      images: false,
      jsonSchema: true,
      reasoning: true,
    });
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
  expect(at("us-east-1", "us.anthropic.claude-opus-5-5").price).toMatchObject({
    usdPerMillionInputTokens: 4.4,
    usdPerMillionOutputTokens: 22,
    usdPerMillionCachedInputTokens: 0.22,
    usdPerMillionCacheWriteTokens: 5.5,
  });
  expect(at("global", "global.anthropic.claude-opus-5-5").price?.usdPerMillionInputTokens).toBe(4);
  // Before Claude 4.5 all places had one price.
  expect(at("us-east-1", "us.anthropic.claude-sonnet-4-20250514-v1:0").price?.usdPerMillionInputTokens).toBe(
    3,
  );
  // What is sold there in classes of service is not known.
  expect(at("us-east-1", "us.anthropic.claude-opus-5-5").price).not.toHaveProperty("serviceTiers");
  for (const region of ["eu-central-1", "us-gov-west-1", "eu", "usual"]) {
    expect(at(region).contextWindow).toBe(128_000);
    expect(at(region).price).toBeUndefined();
  }
});

test("Claude on Vertex AI costs a tenth more in a region than at the global address", () => {
  const at = (region: string) =>
    completeFacts({ name: "c", provider: "vertex", model: "claude-opus-5-5", labels: { region } });
  expect(at("global").price?.usdPerMillionInputTokens).toBe(4);
  expect(at("europe-west1").price?.usdPerMillionInputTokens).toBe(4.4);
  expect(at("europe-west1").capabilities?.tools).toBe(true);
});

test("what the catalogue and LiteLLM's table say differs only where a reason is given", async () => {
  const script = fileURLToPath(new URL("check-catalogue.mjs", folder));
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  expect(stdout).toMatch(/^\d+ models compared: 0 differences, \d+ more with a reason\n$/);
});

test("a table that differs is told line by line, and one that is cut in half is refused", async () => {
  const script = fileURLToPath(new URL("check-catalogue.mjs", folder));
  const check = (text: string) => {
    const file = join(mkdtempSync(join(tmpdir(), "table-")), "table");
    writeFileSync(file, text);
    return promisify(execFile)(process.execPath, [script, "--table", file]);
  };
  const whole = {
    "gpt-5": {
      litellm_provider: "openai",
      mode: "chat",
      input_cost_per_token: 2e-6,
      max_input_tokens: 272_000,
    },
    "gpt-99": {
      litellm_provider: "openai",
      mode: "chat",
      input_cost_per_token: 1e-6,
      max_input_tokens: 9_000,
    },
  };
  const said = await check(JSON.stringify(whole)).catch((error: { code: number; stdout: string }) => error);
  expect(said).toMatchObject({ code: 1 });
  expect(said.stdout).toContain("openai:gpt-5: input is 1.25, LiteLLM says 2\n");
  expect(said.stdout).toContain("openai:gpt-99: missing is not listed, LiteLLM says listed\n");
  const reviewed = readFileSync(new URL("litellm/table.tsv", folder), "utf8");
  const lines = reviewed.split("\n");
  for (const [text, problem] of [
    [JSON.stringify(whole).slice(0, 90), "is not whole: the JSON object does not end"],
    ["{}", "it lists no chat model"],
    ["# only a head", "it is not whole: it has 0 rows and says no number"],
    [reviewed.slice(0, reviewed.length / 2), /it is not whole: line \d+ does not hold 8 columns/],
    // Cut between two lines.
    [lines.slice(0, lines.length / 2).join("\n"), /it is not whole: it has \d+ rows and says \d+\n/],
  ] as const) {
    const refused = await check(text).catch((error: { code: number; stderr: string }) => error);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/^\S*table: .*\n$/) });
    expect(refused.stderr).toMatch(problem);
  }
});

test("Gemini on Vertex AI has the facts of Gemini, by its publisher's name; others are not known", () => {
  expect(lookUpModel("vertex", "google/gemini-2.5-flash")?.name).toBe("google:gemini-2.5-flash");
  expect(lookUpModel("vertex", "meta/llama-3.3-70b-instruct-maas")).toBeUndefined();
  expect(lookUpModel("sagemaker", "my-endpoint")).toBeUndefined();
});
