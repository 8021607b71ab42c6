import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { type Attempt, createRouter, type RouterEvent } from "../../../src/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { serveEvents, sse } from "../../support/anthropic-server.ts";

// Anthropic tells the input at the start of a stream, and all at its end.

const usage = { input_tokens: 4_000, cache_read_input_tokens: 90_000, output_tokens: 1 };
const events = [
  sse({
    type: "message_start",
    message: { id: "msg_1", model: "claude-sonnet-4-6", content: [], stop_reason: null, usage },
  }),
  sse({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
  sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Forty" } }),
  sse({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 20 } }),
  sse({ type: "message_stop" }),
];
const messages = [{ role: "user" as const, content: "hi" }];

async function routed(onEvent: (event: RouterEvent) => void = () => {}) {
  const server = await serveEvents(events);
  onTestFinished(server.close);
  const large = anthropic("claude-sonnet-4-6", { apiKey: "k", baseUrl: server.url });
  return createRouter({ models: { large }, policy: always("large"), execution: { retries: 0 }, onEvent });
}

test("a caller that leaves is billed by the input that was told, not by an estimate of it", async () => {
  const attempts: Attempt[] = [];
  const router = await routed(
    (event) => void (event.type === "attempt-ended" && attempts.push(event.attempt)),
  );
  for await (const chunk of router.stream({ messages }))
    if (chunk.choices[0]?.delta.content === "Forty") break;
  expect(attempts[0]).toMatchObject({
    costEstimated: true,
    usage: { inputTokens: 94_000, cachedInputTokens: 90_000 },
  });
  // 4,000 at 3 USD, 90,000 from the cache at 0.30 USD a million, and some output.
  expect(attempts[0]?.costUsd).toBeGreaterThanOrEqual(0.012 + 0.027);
  expect(attempts[0]?.costUsd).toBeLessThan(0.04);
});

test("a client that asks for the usage of a stream gets it once", async () => {
  const body = JSON.stringify({ messages, stream: true, stream_options: { include_usage: true } });
  const handler = createHandler(await routed());
  const reply = await handler("http://x/v1/chat/completions", { method: "POST", body });
  const chunks = (await reply.text()).match(/\{.*\}/g)?.map((text) => JSON.parse(text)) ?? [];
  const told = chunks.filter((chunk) => chunk.usage);
  expect(told.map((chunk) => chunk.usage)).toEqual([
    {
      prompt_tokens: 94_000,
      completion_tokens: 20,
      total_tokens: 94_020,
      prompt_tokens_details: { cached_tokens: 90_000 },
    },
  ]);
  expect(told[0]).toBe(chunks.at(-1));
});
