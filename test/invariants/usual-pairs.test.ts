import { describe, expect, it } from "vitest";
import { threshold } from "../../policies/index.ts";
import type { ChatRequest, Classifier, Model } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { anthropic } from "../../src/router/providers/anthropic.ts";
import { llamaCpp } from "../../src/router/providers/engines/llama-cpp.ts";
import { ollama } from "../../src/router/providers/engines/ollama.ts";
import { sglang } from "../../src/router/providers/engines/sglang.ts";
import { tgi } from "../../src/router/providers/engines/tgi.ts";
import { vllm } from "../../src/router/providers/engines/vllm.ts";
import { google } from "../../src/router/providers/google.ts";
import { openai } from "../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";

/**
 * 100 pairs that people build, by the names that providers and engines have in December 2026: whatever is known of their
 * capabilities, the policy decides which of the two a request with tools or a schema goes to.
 */

type Sent = { readonly side: string; readonly body: string };

/** Answers nothing: it is enough that the request arrives. */
function serverOf(side: string, sent: Sent[]): typeof globalThis.fetch {
  return async (input, init) => {
    const body = input instanceof Request ? await input.text() : String(init?.body);
    sent.push({ side, body });
    const error = { error: { message: "down for the test", type: "server_error" } };
    return new Response(JSON.stringify(error), {
      status: 500,
      headers: { "content-type": "application/json" },
    });
  };
}

type Make = (fetch: typeof globalThis.fetch) => Model;
const apiKey = "test-key";
const own = { baseUrl: "http://127.0.0.1:9/v1" };
const at =
  (provider: string, baseUrl: string, model: string): Make =>
  (fetch) =>
    openaiCompatible(model, { provider, baseUrl, apiKey, fetch });

const small: Readonly<Record<string, Make>> = {
  "vllm Qwen3-8B": (fetch) => vllm("Qwen/Qwen3-8B", { ...own, fetch }),
  "sglang Qwen3-30B": (fetch) => sglang("Qwen/Qwen3-30B-A3B", { ...own, fetch }),
  "tgi Ministral": (fetch) => tgi("mistralai/Ministral-8B-Instruct-2410", { ...own, fetch }),
  "llama.cpp gpt-oss-20b": (fetch) => llamaCpp("gpt-oss-20b", { ...own, fetch }),
  "ollama qwen3": (fetch) => ollama("qwen3:8b", { ...own, fetch }),
  "own server": (fetch) => openaiCompatible("my-tuned-llama", { ...own, fetch }),
  "gpt-5.4-mini": (fetch) => openai("gpt-5.4-mini", { apiKey, fetch }),
  "gemini-3.8-flash": (fetch) => google("gemini-3.8-flash", { apiKey, fetch }),
  "claude-haiku-5-5": (fetch) => anthropic("claude-haiku-5-5", { apiKey, fetch }),
  "deepseek-v4-flash": at("deepseek", "https://api.deepseek.com/v1", "deepseek-v4-flash"),
};

const large: Readonly<Record<string, Make>> = {
  "claude-opus-5-5": (fetch) => anthropic("claude-opus-5-5", { apiKey, fetch }),
  "gpt-6.2-sol": (fetch) => openai("gpt-6.2-sol", { apiKey, fetch }),
  "gpt-5.6-sol": (fetch) => openai("gpt-5.6-sol", { apiKey, fetch }),
  "gemini-3.1-pro": (fetch) => google("gemini-3.1-pro-preview", { apiKey, fetch }),
  "grok-4.6": at("xai", "https://api.x.ai/v1", "grok-4.6"),
  "kimi-k3": at("moonshot", "https://api.moonshot.ai/v1", "kimi-k3"),
  "deepseek-v4-pro": at("deepseek", "https://api.deepseek.com/v1", "deepseek-v4-pro"),
  "mistral-large": at("mistral", "https://api.mistral.ai/v1", "mistral-large-latest"),
  "glm-5.3": at("zai", "https://api.z.ai/api/paas/v4", "glm-5.3"),
  "vllm DeepSeek-V4": (fetch) => vllm("deepseek-ai/DeepSeek-V4", { baseUrl: "http://127.0.0.2:9/v1", fetch }),
};

const properties = { harbourName: { type: "string" } };
const schema = { type: "object", properties, required: ["harbourName"], additionalProperties: false };
const messages: ChatRequest["messages"] = [{ role: "user", content: "Which ship lies where?" }];
const requests: Readonly<Record<string, ChatRequest>> = {
  tools: { messages, tools: [{ type: "function", function: { name: "berths", parameters: schema } }] },
  schema: {
    messages,
    response_format: { type: "json_schema", json_schema: { name: "berths", schema, strict: true } },
  },
};

const scored = (complexity: number): Classifier => ({
  name: "fixed",
  version: "1",
  classify: () => ({ complexity }),
});

const pairs = Object.entries(small).flatMap(([a, makeSmall]) =>
  Object.entries(large).map(([b, makeLarge]) => ({ pair: `${a} and ${b}`, makeSmall, makeLarge })),
);

it("they are 100", () => {
  expect(pairs).toHaveLength(100);
});

describe.each(Object.keys(small))("%s next to each large model", (name) => {
  const own = pairs.filter(({ pair }) => pair.startsWith(`${name} and `));

  it.each(own)("$pair", async ({ makeSmall, makeLarge }) => {
    const sent: Sent[] = [];
    const models = { small: makeSmall(serverOf("small", sent)), large: makeLarge(serverOf("large", sent)) };
    const policy = threshold({ small: "small", large: "large", at: 0.5 });
    for (const [complexity, side] of [
      [0.1, "small"],
      [0.9, "large"],
    ] as const) {
      const router = createRouter({
        models,
        policy,
        classifier: scored(complexity),
        execution: { retries: 0, fallback: false },
      });
      for (const request of Object.values(requests)) {
        expect((await router.decide(request)).model).toBe(side);
        sent.length = 0;
        await expect(router.route(request)).rejects.toMatchObject({ code: expect.any(String) });
        expect(sent.map((one) => one.side)).toEqual([side]);
        expect(sent[0]?.body).toContain("harbourName");
      }
    }
  });
});
