import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { always } from "../../../../policies/index.ts";
import type { Attempt, ChatRequest } from "../../../../src/contracts/index.ts";
import { createRouter } from "../../../../src/index.ts";
import { type PlainServer, servePlain } from "../../../support/google-server.ts";
import { chunksOf, longRequest, remoteModels, shortRequest } from "../../../support/remote-models.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const text = "An answer of several words, whose tokens somebody has to pay for.";
const sse = (event: object) => {
  const { type } = event as { type?: string };
  return `${type === undefined ? "" : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`;
};

/** Answers of each format with this usage; for streams also at their start. */
const formats = {
  openai: {
    whole: (usage: unknown): object => ({
      id: "a",
      object: "chat.completion",
      created: 1,
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
      usage,
    }),
    stream: (usage: unknown, first?: unknown): string => {
      const head = { id: "a", object: "chat.completion.chunk", created: 1, model: "m" };
      const choice = (delta: object, finish_reason: string | null) => [{ index: 0, delta, finish_reason }];
      return [
        { ...head, choices: choice({ content: text.slice(0, 9) }, null), usage: first },
        { ...head, choices: choice({ content: text.slice(9) }, null) },
        { ...head, choices: choice({}, "stop") },
        { ...head, choices: [], usage },
      ]
        .map(sse)
        .join("");
    },
  },
  anthropic: {
    whole: (usage: unknown): object => ({
      id: "a",
      model: "m",
      content: [{ type: "text", text }],
      stop_reason: "end_turn",
      usage,
    }),
    stream: (usage: unknown, first?: unknown): string =>
      [
        {
          type: "message_start",
          message: { id: "a", model: "m", content: [], stop_reason: null, usage: first },
        },
        { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } },
        { type: "content_block_stop", index: 0 },
        { type: "message_delta", delta: { stop_reason: "end_turn" }, usage },
        { type: "message_stop" },
      ]
        .map(sse)
        .join(""),
  },
  google: {
    whole: (usageMetadata: unknown): object => ({
      candidates: [{ content: { parts: [{ text }] }, finishReason: "STOP" }],
      usageMetadata,
    }),
    stream: (usageMetadata: unknown, first?: unknown): string =>
      [
        { candidates: [{ content: { parts: [{ text: text.slice(0, 9) }] } }], usageMetadata: first },
        {
          candidates: [{ content: { parts: [{ text: text.slice(9) }] }, finishReason: "STOP" }],
          usageMetadata,
        },
      ]
        .map(sse)
        .join(""),
  },
} as const;

type Provider = keyof typeof formats;

async function attemptOf(
  provider: Provider,
  body: string | object,
  request: ChatRequest,
  streams: boolean,
): Promise<Attempt | undefined> {
  const isStream = typeof body === "string";
  const server = await servePlain((response: ServerResponse) =>
    response
      .writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" })
      .end(isStream ? body : JSON.stringify(body)),
  );
  servers.push(server);
  const model = remoteModels[provider]?.(server.url);
  if (model === undefined) throw new Error(provider);
  const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
  const router = createRouter({ models: { m: { ...model, price } }, policy: always("m") });
  try {
    if (!streams) return (await router.route(request)).attempts[0];
    const stream = router.stream(request);
    await chunksOf(stream);
    return (await stream.result).attempts[0];
  } finally {
    await router.close();
  }
}

const nonsense: readonly unknown[] = [
  undefined,
  null,
  "many",
  7,
  [],
  {},
  ...[null, -5, 1e300, 1e12, "12", "NaN", true, [4], { a: 1 }].flatMap((count) => [
    { prompt_tokens: count, completion_tokens: count, total_tokens: count },
    { input_tokens: count, output_tokens: count, cache_read_input_tokens: count },
    { promptTokenCount: count, candidatesTokenCount: count, totalTokenCount: count },
  ]),
];
const estimated = { costEstimated: true, usage: { outputTokens: expect.any(Number) } };

/** Checks that an attempt's usage is an estimate: flagged, and never 0. */
function expectEstimate(attempt: Attempt | undefined, about: string): void {
  expect(attempt, about).toMatchObject(estimated);
  const { inputTokens = 0, outputTokens = 0 } = attempt?.usage ?? {};
  for (const tokens of [inputTokens, outputTokens]) {
    expect(Number.isInteger(tokens) && tokens > 0 && tokens < 1_000, `${about}: ${tokens}`).toBe(true);
  }
  expect(attempt?.costUsd, about).toBeGreaterThan(0);
}

describe.each(Object.keys(formats) as Provider[])("usage of %s", (provider) => {
  const { whole, stream } = formats[provider];

  it("that is absent or nonsense is estimated and flagged", async () => {
    for (const usage of nonsense) {
      const about = JSON.stringify(usage) ?? "absent";
      expectEstimate(await attemptOf(provider, whole(usage), shortRequest, false), `whole, ${about}`);
      expectEstimate(await attemptOf(provider, stream(usage), shortRequest, true), `stream, ${about}`);
      expectEstimate(await attemptOf(provider, stream(usage, usage), shortRequest, true), `both, ${about}`);
      if (provider === "anthropic")
        expectEstimate(await attemptOf(provider, stream(usage, usage), longRequest, false), `long, ${about}`);
    }
  });
});

describe("a count of the output that is not told", () => {
  const input = {
    openai: { prompt_tokens: 17 },
    anthropic: { input_tokens: 17 },
    google: { promptTokenCount: 17 },
  };
  const started = {
    openai: { prompt_tokens: 17, completion_tokens: 1, total_tokens: 18 },
    anthropic: { input_tokens: 17, output_tokens: 1 },
    google: { promptTokenCount: 17, candidatesTokenCount: 1, totalTokenCount: 18 },
  };

  it.each(Object.keys(formats) as Provider[])("by %s is estimated, and the input kept", async (provider) => {
    const { whole, stream } = formats[provider];
    const attempts = [
      await attemptOf(provider, whole(input[provider]), shortRequest, false),
      await attemptOf(provider, stream(input[provider]), shortRequest, true),
      // A count at the start of a stream is not that of the answer.
      await attemptOf(provider, stream(undefined, started[provider]), shortRequest, true),
      await attemptOf(provider, stream(null, started[provider]), shortRequest, true),
    ];
    if (provider === "anthropic")
      attempts.push(await attemptOf(provider, stream({}, started.anthropic), longRequest, false));
    for (const [at, attempt] of attempts.entries()) {
      expectEstimate(attempt, `case ${at}`);
      expect(attempt?.usage?.inputTokens, `case ${at}`).toBe(17);
      expect(attempt?.usage?.outputTokens, `case ${at}`).toBeGreaterThan(8);
    }
  });

  it("by google for an answer without content is 0: it leaves out counts of 0", async () => {
    const body = {
      candidates: [{ finishReason: "MAX_TOKENS" }],
      usageMetadata: { promptTokenCount: 17, thoughtsTokenCount: 40, totalTokenCount: 57 },
    };
    const attempt = await attemptOf("google", body, shortRequest, false);
    expect(attempt).toMatchObject({ usage: { inputTokens: 17, outputTokens: 40 } });
    expect(attempt?.costEstimated).toBeUndefined();
  });
});

describe("a count that is told", () => {
  const told = {
    openai: { prompt_tokens: 17, completion_tokens: 5, total_tokens: 22 },
    anthropic: { input_tokens: 17, output_tokens: 5 },
    google: { promptTokenCount: 17, candidatesTokenCount: 5, totalTokenCount: 22 },
  };

  it.each(Object.keys(formats) as Provider[])("by %s is taken as it is", async (provider) => {
    const { whole, stream } = formats[provider];
    for (const attempt of [
      await attemptOf(provider, whole(told[provider]), shortRequest, false),
      await attemptOf(provider, stream(told[provider]), shortRequest, true),
    ]) {
      expect(attempt).toMatchObject({ usage: { inputTokens: 17, outputTokens: 5 } });
      expect(attempt?.costEstimated).toBeUndefined();
    }
  });

  it("by anthropic at the start of a stream counts for the input", async () => {
    const stream = formats.anthropic.stream({ output_tokens: 5 }, { input_tokens: 17, output_tokens: 1 });
    const attempt = await attemptOf("anthropic", stream, shortRequest, true);
    expect(attempt).toMatchObject({ usage: { inputTokens: 17, outputTokens: 5 } });
    expect(attempt?.costEstimated).toBeUndefined();
  });
});
