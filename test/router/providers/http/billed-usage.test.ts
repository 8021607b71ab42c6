import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { always } from "../../../../policies/index.ts";
import type { Attempt, Model, Price } from "../../../../src/contracts/index.ts";
import { createRouter } from "../../../../src/index.ts";
import { type PlainServer, servePlain } from "../../../support/google-server.ts";
import { chunksOf, remoteModels, shortRequest } from "../../../support/remote-models.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const sse = (event: object) => {
  const { type } = event as { type?: string };
  return `${type === undefined ? "" : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`;
};

/** A price whose sum shows which rate each kind of token had. */
const price: Price = {
  usdPerMillionInputTokens: 1,
  usdPerMillionOutputTokens: 10,
  usdPerMillionCachedInputTokens: 100,
  usdPerMillionCacheWriteTokens: 1_000,
  usdPerMillionCacheWrite1hTokens: 10_000,
  usdPerMillionAudioInputTokens: 100_000,
  usdPerMillionCachedAudioInputTokens: 1e6,
  usdPerMillionImageInputTokens: 1e7,
  usdPerMillionReasoningTokens: 20,
  usdPerMillionAudioOutputTokens: 30,
  serviceTiers: { priority: { factor: 2 }, flex: { factor: 0.5 }, fast: { factor: 6 } },
};

async function attemptOf(
  make: (url: string) => Model,
  body: string | object,
  more: object = {},
): Promise<Attempt | undefined> {
  const isStream = typeof body === "string";
  const server = await servePlain((response: ServerResponse) =>
    response
      .writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" })
      .end(isStream ? body : JSON.stringify(body)),
  );
  servers.push(server);
  const router = createRouter({ models: { m: { ...make(server.url), price } }, policy: always("m") });
  const request = { ...shortRequest, ...more };
  try {
    if (!isStream) return (await router.route(request)).attempts[0];
    const stream = router.stream(request);
    await chunksOf(stream);
    return (await stream.result).attempts[0];
  } finally {
    await router.close();
  }
}

const made = (provider: string) => remoteModels[provider] as (url: string) => Model;

describe("usage of Anthropic", () => {
  // `input_tokens` excludes what was read from and written to the cache.
  const start = {
    input_tokens: 10,
    cache_read_input_tokens: 20,
    cache_creation_input_tokens: 70,
    cache_creation: { ephemeral_5m_input_tokens: 40, ephemeral_1h_input_tokens: 30 },
    service_tier: "priority",
  };
  const message = {
    id: "a",
    model: "claude-m",
    content: [{ type: "text", text: "Yes." }],
    stop_reason: "end_turn",
  };
  const expected = {
    usage: {
      inputTokens: 100,
      outputTokens: 5,
      cachedInputTokens: 20,
      cacheWriteTokens: 70,
      cacheWrite1hTokens: 30,
      serviceTier: "priority",
    },
    // 2 x (10 x 1 + 20 x 100 + 40 x 1,000 + 30 x 10,000 + 5 x 10) millionths
    costUsd: 0.68412,
  };

  it("tells both lifetimes of the cache and the class of service, whole", async () => {
    const body = { ...message, usage: { ...start, output_tokens: 5 } };
    expect(await attemptOf(made("anthropic"), body)).toMatchObject(expected);
  });

  it("tells them at the start of a stream, and the end does not repeat them", async () => {
    const body = [
      { type: "message_start", message: { ...message, content: [], stop_reason: null, usage: start } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Yes." } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } },
      { type: "message_stop" },
    ];
    expect(await attemptOf(made("anthropic"), body.map(sse).join(""))).toMatchObject(expected);
  });

  it("has a fast mode with a price of its own", async () => {
    const usage = { input_tokens: 100, output_tokens: 0, service_tier: "standard", speed: "fast" };
    expect(await attemptOf(made("anthropic"), { ...message, usage })).toMatchObject({
      usage: { serviceTier: "fast" },
      costUsd: 0.0006,
    });
  });
});

describe("usage of Google", () => {
  const usageMetadata = {
    promptTokenCount: 100,
    cachedContentTokenCount: 40,
    candidatesTokenCount: 5,
    thoughtsTokenCount: 7,
    totalTokenCount: 112,
    promptTokensDetails: [
      { modality: "TEXT", tokenCount: 50 },
      { modality: "AUDIO", tokenCount: 30 },
      { modality: "IMAGE", tokenCount: 20 },
    ],
    cacheTokensDetails: [
      { modality: "TEXT", tokenCount: 30 },
      { modality: "AUDIO", tokenCount: 10 },
    ],
    trafficType: "ON_DEMAND_FLEX",
  };
  const candidate = { content: { parts: [{ text: "Yes." }] }, finishReason: "STOP" };
  const expected = {
    usage: {
      inputTokens: 100,
      outputTokens: 12,
      cachedInputTokens: 40,
      cachedAudioInputTokens: 10,
      audioInputTokens: 20,
      imageInputTokens: 20,
      reasoningTokens: 7,
      serviceTier: "flex",
    },
    // Nobody asked for flex: 20 x 1 + 30 x 100 + 10 x 1e6 + 20 x 1e5 + 20 x 1e7 + 5 x 10 + 7 x 20 millionths
    costUsd: 212.00321,
  };

  it("tells sound, images, thoughts and the class of service, whole and streamed", async () => {
    const body = { candidates: [candidate], usageMetadata };
    const whole = await attemptOf(made("google"), body);
    const streamed = await attemptOf(made("google"), sse(body));
    for (const attempt of [whole, streamed]) {
      expect(attempt?.usage).toEqual(expected.usage);
      expect(attempt?.costUsd).toBeCloseTo(expected.costUsd, 9);
    }
  });

  it("counts no class of service that was left out of the request", async () => {
    const { trafficType: _, ...counts } = usageMetadata;
    const body = { candidates: [candidate], usageMetadata: counts };
    const attempt = await attemptOf(made("google"), body, { service_tier: "priority" });
    expect(attempt).toMatchObject({ dropped: ["service_tier"] });
    expect(attempt?.usage).not.toHaveProperty("serviceTier");
    expect(attempt?.costUsd).toBeCloseTo(expected.costUsd, 9);
  });
});

describe("usage in OpenAI's wire", () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 12,
    total_tokens: 112,
    prompt_tokens_details: { cached_tokens: 40, audio_tokens: 10 },
    completion_tokens_details: { reasoning_tokens: 4, audio_tokens: 3 },
  };
  const head = { id: "a", created: 1, model: "m", service_tier: "flex" };
  const expected = {
    inputTokens: 100,
    outputTokens: 12,
    cachedInputTokens: 40,
    audioInputTokens: 10,
    reasoningTokens: 4,
    audioOutputTokens: 3,
    serviceTier: "flex",
  };
  // 50 x 1 + 40 x 100 + 10 x 100,000 + 5 x 10 + 4 x 20 + 3 x 30 millionths
  const standardUsd = 1.00427;

  it.each(["openai", "openai-compatible"])(
    "has parts, and a class beside it, whole and streamed: %s",
    async (of) => {
      const message = { role: "assistant", content: "Yes." };
      const whole = {
        ...head,
        object: "chat.completion",
        choices: [{ index: 0, message, finish_reason: "stop" }],
        usage,
      };
      const chunk = { ...head, object: "chat.completion.chunk" };
      const streamed = [
        { ...chunk, choices: [{ index: 0, delta: { content: "Yes." }, finish_reason: "stop" }] },
        { ...chunk, choices: [], usage },
      ]
        .map(sse)
        .join("");
      for (const body of [whole, streamed]) {
        const asked = await attemptOf(made(of), body, { service_tier: "flex" });
        expect(asked?.usage).toEqual(expected);
        expect(asked?.costUsd).toBeCloseTo(standardUsd / 2, 9);
        // The server alone says that the call was cheap.
        expect((await attemptOf(made(of), body))?.costUsd).toBeCloseTo(standardUsd, 9);
      }
    },
  );

  it("has other names for cached tokens at some providers", async () => {
    const message = { role: "assistant", content: "Yes." };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    for (const name of ["prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens"]) {
      const body = { ...head, choices, usage: { prompt_tokens: 100, completion_tokens: 1, [name]: 60 } };
      expect((await attemptOf(made("openai-compatible"), body))?.usage).toMatchObject({
        cachedInputTokens: 60,
      });
    }
  });
});
