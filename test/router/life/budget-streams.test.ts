import { expect, it, onTestFinished } from "vitest";
import { always } from "../../../policies/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { createRouter, isRouterError, type RouterOptions } from "../../../src/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { sendEvents, serveWith } from "../../support/serve-with.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 10 };
const words = "and so it goes on and on ";

/** An endpoint that ignores output limits and streams this many pieces of 25 characters. */
async function talker(pieces: number) {
  let closed = 0;
  const server = await serveWith((response) => {
    response.on("close", () => {
      closed += 1;
    });
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: "c",
      created: 1,
      model: "talker",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason }],
    });
    sendEvents(response, [
      ...Array.from({ length: pieces }, () => chunk({ content: words })),
      chunk({}, "stop"),
      "[DONE]",
    ]);
  });
  onTestFinished(() => server.close());
  return { url: `${server.url}/v1`, closed: () => closed };
}

function routerOver(url: string, options: Partial<RouterOptions<"one">>) {
  const one = openaiCompatible("talker", { baseUrl: url, price, apiKey: "k" });
  return createRouter({ models: { one }, policy: always("one"), ...options });
}

const request = { messages: [{ role: "user" as const, content: "Hello" }], max_completion_tokens: 300 };

async function read(router: ReturnType<typeof routerOver>) {
  const stream = router.stream(request);
  stream.result.catch(() => {});
  let text = "";
  let error: unknown;
  try {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  } catch (caught) {
    error = caught;
  }
  return { text, error };
}

const shared = () => fleet({ store: memoryStore(), mode: "strict", timeoutMs: 5_000 });

it.each([
  ["of this process", () => ({})],
  ["that is shared", () => ({ shared: shared() })],
])("a stream beyond what was reserved is stopped at the hard limit of a budget %s", async (_, options) => {
  const { url } = await talker(4_000);
  const router = routerOver(url, { budgets: [{ limitUsd: 0.01, period: "day" }], ...options() });
  const { text, error } = await read(router);
  if (!isRouterError(error, "budget-exceeded")) throw error;
  expect(error.message).toMatch(
    /^the budget of 0.01 USD per day is not enough: one: its stream went on beyond/,
  );
  expect(error.budget).toBe("router-usd-day");
  expect(error.partialText).toBe(text);
  // 0.01 USD are 1,000 tokens of output, about 4,000 characters; estimates may be off by half.
  expect(text.length).toBeGreaterThan(1_000);
  expect(text.length).toBeLessThan(8_000);
  await router.close();
});

it("a stream beyond its limit goes on while the budget has room, and counts whole", async () => {
  const { url } = await talker(400);
  const router = routerOver(url, { budgets: [{ limitUsd: 1, period: "day" }] });
  const { text, error } = await read(router);
  expect(error).toBeUndefined();
  expect(text).toBe(words.repeat(400));
  const used = router.exportState().spend?.accounts[0]?.usedUsd ?? 0;
  expect(used).toBeGreaterThan((2_500 * 10) / 1e6 - 0.001);
});

it("a budget in tokens stops a stream too, and a request without a bound is never stopped", async () => {
  const { url } = await talker(4_000);
  const bounded = routerOver(url, { budgets: [{ limitTokens: 1_000, period: "day" }] });
  const { error } = await read(bounded);
  expect(error).toMatchObject({ code: "budget-exceeded", limitTokens: 1_000, limitUsd: undefined });
  const { text } = await read(routerOver(url, {}));
  expect(text.length).toBe(4_000 * words.length);
});
