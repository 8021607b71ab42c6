import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { threshold } from "../../../policies/index.ts";
import { createRouter, isRouterError } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

afterEach(() => vi.unstubAllEnvs());

const refused = (make: () => unknown): unknown => {
  try {
    make();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("a model that is given by its name", () => {
  const policy = threshold({ small: "small", large: "large", at: 0.7 });

  it("is made by its provider, beside models that are given whole", () => {
    const router = createRouter({
      models: { small: "openai:gpt-5.4-mini", large: fakeModel({ name: "x:large" }) },
      policy,
    });
    expect(router.models.small).toMatchObject({ name: "openai:gpt-5.4-mini", provider: "openai" });
    expect(router.models.small.price).toBeDefined();
    expect(router.models.large.name).toBe("x:large");
    expectTypeOf(router.models).toHaveProperty("small");
  });

  it("may hold colons and slashes after the provider's", () => {
    vi.stubEnv("VLLM_BASE_URL", "http://localhost:8000/v1");
    const models = { small: "vllm:Qwen/Qwen3-8B:fp8", large: "anthropic:claude-opus-5" };
    const router = createRouter({ models, policy });
    expect(router.models.small).toMatchObject({ name: "vllm:Qwen/Qwen3-8B:fp8", model: "Qwen/Qwen3-8B:fp8" });
  });

  it.each(["opnai:gpt-5", "gpt-5", "openai:", ":gpt-5", "constructor:x", "__proto__:x", "", "OpenAI:gpt-5"])(
    "is refused with the providers that are known: %j",
    (small) => {
      const error = refused(() => createRouter({ models: { small, large: "openai:gpt-5.5" }, policy }));
      expect(error).toMatchObject({ code: "invalid-option", option: "models.small" });
      expect(String(error)).toContain(
        "provider:model, where provider is one of openai, anthropic, google, vllm",
      );
    },
  );

  it("says what is missing for a model of vLLM without an address", () => {
    vi.stubEnv("VLLM_BASE_URL", "");
    const models = { small: "vllm:qwen", large: "openai:gpt-5.5" };
    const error = refused(() => createRouter({ models, policy }));
    expect(isRouterError(error, "missing-configuration") && error.missing).toEqual([
      "VLLM_BASE_URL (for models.small)",
    ]);
  });

  it("leaves the checks of all other options as they are", () => {
    const given: readonly (readonly [unknown, string])[] = [
      [undefined, "createRouter"],
      [null, "createRouter"],
      ["openai:gpt-5.5", "createRouter"],
      [{}, "models"],
      [{ models: [] }, "models"],
      [{ models: { a: "openai:gpt-5.5" }, polcy: 1 }, "createRouter.polcy"],
      [{ models: { a: 7 }, policy }, "models.a"],
      [{ models: "openai:gpt-5.5", policy }, "models"],
      [{ models: ["openai:gpt-5.5"], policy }, "models"],
    ];
    for (const [options, option] of given)
      expect(refused(() => createRouter(options as never))).toMatchObject({ code: "invalid-option", option });
  });
});
