import type { ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Model, RateLimitInfo } from "../../../../src/contracts/index.ts";
import { anthropic } from "../../../../src/router/providers/anthropic.ts";
import { azure } from "../../../../src/router/providers/azure.ts";
import { readRateLimit } from "../../../../src/router/providers/internal/rate-limit-headers.ts";
import { openai } from "../../../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../../../src/router/providers/openai-compatible.ts";
import { serveWith } from "../../../support/serve-with.ts";

const read = (headers: Record<string, string>) => readRateLimit(new Headers(headers), () => 0);

describe("headers of rate limits", () => {
  it("are OpenAI's, with resets as durations", () => {
    const info = read({
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-limit-tokens": "150000",
      "x-ratelimit-remaining-tokens": "149984",
      "x-ratelimit-reset-tokens": "6m0.5s",
    });
    expect(info).toEqual({
      limitRequests: 60,
      remainingRequests: 59,
      resetRequestsMs: 1_000,
      limitTokens: 150_000,
      remainingTokens: 149_984,
      resetTokensMs: 360_500,
    });
  });

  it.each([
    ["12ms", 12],
    ["1h2m3s", 3_723_000],
    ["7.66s", 7_660],
    ["1d", 86_400_000],
    ["10", 10_000],
    ["soon", undefined],
    ["-1s", undefined],
    ["", undefined],
    ["1s".repeat(1_000), undefined],
  ])("reset in %s", (text, ms) => {
    const info = read({ "x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": text });
    expect(info?.resetRequestsMs).toBe(ms);
  });

  it("are Anthropic's, with resets as dates read against the response's own", () => {
    const info = read({
      date: "Wed, 21 Oct 2026 07:28:00 GMT",
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-requests-reset": "2026-10-21T07:28:01Z",
      "anthropic-ratelimit-input-tokens-limit": "30000",
      "anthropic-ratelimit-input-tokens-remaining": "29000",
      "anthropic-ratelimit-input-tokens-reset": "2026-10-21T07:28:02Z",
    });
    expect(info).toEqual({
      limitRequests: 50,
      remainingRequests: 49,
      resetRequestsMs: 1_000,
      limitTokens: 30_000,
      remainingTokens: 29_000,
      resetTokensMs: 2_000,
    });
  });

  it.each([
    ["5, 5", 5],
    ["9, 5", 5],
    ["-1, 5", 5],
    ["1e999", undefined],
    ["1e2", undefined],
    ["0x10", undefined],
    ["9223372036854775807", undefined],
    ["Infinity", undefined],
    ["", undefined],
  ])("remaining %j", (text, count) => {
    const info = read({ "x-ratelimit-remaining-requests": text, "x-ratelimit-remaining-tokens": "1" });
    expect(info?.remainingRequests).toBe(count);
    const theirs = read({
      "anthropic-ratelimit-requests-remaining": text,
      "anthropic-ratelimit-tokens-remaining": "1",
    });
    expect(theirs?.remainingRequests).toBe(count);
  });

  it.each([
    ["1s, 1s", 1_000],
    ["1s, 1m", 60_000],
    ["1e999", undefined],
    ["99999999999", undefined],
    ["99999999999d", undefined],
    ["9999999999999999999999999d, 2s", 2_000],
  ])("reset in %j", (text, ms) => {
    const info = read({ "x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": text });
    expect(info?.resetRequestsMs).toBe(ms);
  });

  it.each([
    ["1970-01-01T00:00:02Z", 2_000],
    ["1970-01-01T00:00:02Z, 1970-01-01T00:00:03Z", 3_000],
    ["9999-12-31T23:59:59Z", undefined],
    ["0000-01-01T00:00:00Z", undefined],
    ["9999-12-31T23:59:59Z, 1970-01-01T00:00:03Z", 3_000],
    ["3 apples", undefined],
    ["1970-13-45T99:00:00Z", undefined],
  ])("reset at %j", (text, ms) => {
    const info = read({
      "anthropic-ratelimit-requests-remaining": "1",
      "anthropic-ratelimit-requests-reset": text,
    });
    expect(info?.resetRequestsMs).toBe(ms);
  });

  it("give nothing if they are absent or not numbers", () => {
    expect(read({})).toBeUndefined();
    expect(read({ "x-ratelimit-remaining-requests": "many" })).toBeUndefined();
    expect(read({ "x-ratelimit-remaining-requests": "-5" })).toBeUndefined();
  });
});

const openaiHeaders = {
  "x-ratelimit-limit-requests": "60",
  "x-ratelimit-remaining-requests": "7",
  "x-ratelimit-reset-requests": "53s",
};
const anthropicHeaders = {
  date: "Wed, 21 Oct 2026 07:28:00 GMT",
  "anthropic-ratelimit-requests-limit": "60",
  "anthropic-ratelimit-requests-remaining": "7",
  "anthropic-ratelimit-requests-reset": "2026-10-21T07:28:53Z",
};
const openaiAnswer = { choices: [{ message: { content: "ok" }, finish_reason: "stop" }] };
const openaiChunk = { choices: [{ index: 0, delta: { content: "ok" }, finish_reason: "stop" }] };
const anthropicAnswer = {
  id: "1",
  model: "m",
  content: [{ type: "text", text: "ok" }],
  stop_reason: "end_turn",
};
const anthropicEvents = [
  { type: "message_start", message: { id: "1", model: "m", content: [], stop_reason: null } },
  { type: "message_delta", delta: { stop_reason: "end_turn" } },
  { type: "message_stop" },
];

interface Wire {
  readonly name: string;
  readonly make: (baseUrl: string) => Model;
  readonly headers: Record<string, string>;
  readonly answer: unknown;
  readonly events: readonly (object & { readonly type?: string; readonly choices?: unknown })[];
}

const common = { apiKey: "k" };
const openaiWire = { headers: openaiHeaders, answer: openaiAnswer, events: [openaiChunk] };
const wires: readonly Wire[] = [
  { ...openaiWire, name: "openai", make: (baseUrl) => openai("m", { ...common, baseUrl }) },
  {
    ...openaiWire,
    name: "azure",
    make: (baseUrl) => azure("m", { ...common, baseUrl, apiVersion: "2024-10-21" }),
  },
  {
    ...openaiWire,
    name: "openai-compatible",
    make: (baseUrl) => openaiCompatible("m", { ...common, provider: "other", baseUrl }),
  },
  {
    name: "anthropic",
    make: (baseUrl) => anthropic("m", { ...common, baseUrl }),
    headers: anthropicHeaders,
    answer: anthropicAnswer,
    events: anthropicEvents,
  },
];

describe.each(wires)("$name over HTTP", ({ make, headers, answer, events }) => {
  const signal = new AbortController().signal;
  const request = { messages: [{ role: "user" as const, content: "x" }] };

  async function reported(reply: (response: ServerResponse) => void, streams: boolean) {
    const server = await serveWith(reply);
    onTestFinished(server.close);
    const model = make(server.url);
    const infos: RateLimitInfo[] = [];
    const options = { signal, onRateLimit: (info: RateLimitInfo) => infos.push(info) };
    const call = streams
      ? (async () => {
          for await (const _ of model.stream(request, options));
        })()
      : model.generate(request, options).then(() => {});
    const failed = await call.then(
      () => false,
      () => true,
    );
    return { infos, failed };
  }

  const expected = [{ limitRequests: 60, remainingRequests: 7, resetRequestsMs: 53_000 }];

  it("reports what an answer says", async () => {
    const json = JSON.stringify(answer);
    const { infos, failed } = await reported(
      (response) => response.writeHead(200, { "content-type": "application/json", ...headers }).end(json),
      false,
    );
    expect(failed).toBe(false);
    expect(infos).toMatchObject(expected);
  });

  it("reports what a stream says", async () => {
    const text = events
      .map((event) => `${event.type ? `event: ${event.type}\n` : ""}data: ${JSON.stringify(event)}\n\n`)
      .join("");
    const { infos, failed } = await reported(
      (response) => response.writeHead(200, { "content-type": "text/event-stream", ...headers }).end(text),
      true,
    );
    expect(failed).toBe(false);
    expect(infos).toMatchObject(expected);
  });

  it.each([false, true])("reports what a refusal says (stream: %s)", async (streams) => {
    const { infos, failed } = await reported(
      (response) =>
        response.writeHead(429, { "content-type": "application/json", ...headers }).end('{"error":{}}'),
      streams,
    );
    expect(failed).toBe(true);
    expect(infos).toMatchObject(expected);
  });
});
