import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { configure, defaultRouter, environmentRouter, isRouterError, route } from "../../../src/index.ts";
import { lookUpModel } from "../../../src/router/cost/catalogue.ts";
import { environmentProviders } from "../../../src/router/presets/named-models.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const key = "key-that-must-not-be-shown";
const names = (environment: Record<string, string>) => {
  const { small, large } = environmentRouter(environment).models;
  return [small.name, large.name];
};

describe("a router from the environment", () => {
  it("uses both models of the first provider whose key is set", () => {
    expect(names({ OPENAI_API_KEY: key, ANTHROPIC_API_KEY: key })).toEqual([
      "openai:gpt-5.4-mini",
      "openai:gpt-5.5",
    ]);
    expect(names({ ANTHROPIC_API_KEY: key })).toEqual([
      "anthropic:claude-haiku-4-5",
      "anthropic:claude-opus-5",
    ]);
    expect(names({ GEMINI_API_KEY: key })[0]).toMatch(/^google:gemini-/);
  });

  it("uses a vLLM server as the small model", () => {
    const environment = {
      VLLM_BASE_URL: "http://localhost:8000/v1",
      VLLM_MODEL: "qwen",
      ANTHROPIC_API_KEY: key,
    };
    expect(names(environment)).toEqual(["vllm:qwen", "anthropic:claude-opus-5"]);
  });

  it("uses the models that are named", () => {
    const environment = {
      SWITCHPOINT_SMALL: "google:gemini-3.5-flash",
      SWITCHPOINT_LARGE: "anthropic:claude-opus-4-5",
      ANTHROPIC_API_KEY: key,
      GEMINI_API_KEY: key,
    };
    expect(names(environment)).toEqual(["google:gemini-3.5-flash", "anthropic:claude-opus-4-5"]);
  });

  it("marks its decisions as uncertified", async () => {
    expect((await environmentRouter({ OPENAI_API_KEY: key }).decide("Hello")).certified).toBe(false);
  });

  it("knows the prices of the models that it chooses itself", () => {
    for (const [provider, { small, large }] of Object.entries(environmentProviders)) {
      for (const model of [small, large]) {
        expect(lookUpModel(provider, model)?.price, `${provider}:${model}`).toBeDefined();
      }
    }
  });
});

describe("an incomplete environment", () => {
  const cases: readonly (readonly [what: string, environment: Record<string, string>, missing: RegExp])[] = [
    [
      "is empty",
      {},
      /missing: one of OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY \(.*SWITCHPOINT_SMALL.*VLLM_BASE_URL with VLLM_MODEL/,
    ],
    ["has an empty key", { OPENAI_API_KEY: " " }, /missing: one of OPENAI_API_KEY, /],
    [
      "has only the large model",
      { SWITCHPOINT_LARGE: "vllm:qwen", VLLM_BASE_URL: "http://x/v1" },
      /missing: VLLM_MODEL \(VLLM_BASE_URL is set\)/,
    ],
    [
      "has a server without a model",
      { VLLM_BASE_URL: "http://x/v1", OPENAI_API_KEY: key },
      /missing: VLLM_MODEL \(VLLM_BASE_URL is set\)\./,
    ],
    [
      "has a model without a server",
      { VLLM_MODEL: "qwen", OPENAI_API_KEY: key },
      /VLLM_BASE_URL \(VLLM_MODEL is set\)/,
    ],
    [
      "has an invalid address",
      { VLLM_BASE_URL: "localhost:8000", VLLM_MODEL: "qwen", OPENAI_API_KEY: key },
      /missing: VLLM_BASE_URL as an absolute http or https URL/,
    ],
    [
      "has only the small model",
      { VLLM_BASE_URL: "http://x/v1", VLLM_MODEL: "qwen" },
      /missing: a large model/,
    ],
    [
      "names a model whose key is missing",
      { SWITCHPOINT_SMALL: "anthropic:claude-haiku-4-5", OPENAI_API_KEY: key },
      /missing: ANTHROPIC_API_KEY \(for SWITCHPOINT_SMALL\)/,
    ],
    [
      "names a model without its provider",
      { SWITCHPOINT_LARGE: "gpt-5", OPENAI_API_KEY: key },
      /SWITCHPOINT_LARGE as provider:model, where provider is one of openai, anthropic, google, vllm/,
    ],
    [
      "names one model twice",
      { SWITCHPOINT_SMALL: "openai:gpt-5.5", OPENAI_API_KEY: key },
      /both resolve to openai:gpt-5.5/,
    ],
  ];
  for (const [what, environment, missing] of cases) {
    it(`that ${what} gives an error with exactly what is missing`, () => {
      try {
        environmentRouter(environment);
        expect.unreachable();
      } catch (error) {
        if (!isRouterError(error, "missing-configuration")) throw error;
        expect(error.message).toMatch(missing);
        expect(error.message).not.toContain(key);
      }
    });
  }
});

describe("the process-wide router", () => {
  it("is the configured one, and can be replaced", async () => {
    const large = fakeModel({ model: "l" });
    configure({ models: { small: fakeModel({ answer: "first" }), large }, policy: always("small") });
    expect((await route("Hello")).text).toBe("first");
    configure({ models: { small: fakeModel({ answer: "second" }), large }, policy: always("small") });
    expect((await route("Hello")).text).toBe("second");
    expect(Object.keys(defaultRouter().models)).toEqual(["small", "large"]);
  });

  it("checks a pin when the request is made", async () => {
    configure({ models: { small: fakeModel() }, policy: always("small") });
    const pinned = route({ messages: [{ role: "user", content: "x" }], model: "huge" });
    await expect(pinned).rejects.toThrow(/it has small/);
  });
});
