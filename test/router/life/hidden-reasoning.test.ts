import { expect, it, onTestFinished } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Model } from "../../../src/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { sendEvents, serveWith } from "../../support/serve-with.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 10 };
/** Reserved for an answer of 2,000 tokens: 0.02 USD and its input. */
const request = { messages: [{ role: "user" as const, content: "Hello" }], max_completion_tokens: 2_000 };
const piece = "and so it goes on ";

/** An endpoint that streams some pieces, and then says that it has written that many tokens. */
async function reasoner(completion: number, usages: readonly object[] = [], options: Partial<Model> = {}) {
  const chunk = (delta: object, more: object = {}) => ({
    id: "c",
    created: 1,
    model: "m",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: null }],
    ...more,
  });
  const usage = { prompt_tokens: 10, completion_tokens: completion, total_tokens: 10 + completion };
  const server = await serveWith((response) =>
    sendEvents(response, [
      ...Array.from({ length: 10 }, () => chunk({ content: piece })),
      ...usages.map((one) => chunk({}, { usage: one })),
      { ...chunk({}), choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
      { ...chunk({}), choices: [], usage },
      "[DONE]",
    ]),
  );
  onTestFinished(() => server.close());
  const one = openaiCompatible("m", { baseUrl: `${server.url}/v1`, price, apiKey: "k" });
  return createRouter({
    models: { one: { ...one, ...options } },
    policy: always("one"),
    budgets: [{ limitUsd: 100, period: "day" }],
  });
}

type Made = Awaited<ReturnType<typeof reasoner>>;
const used = (router: Made) => router.exportState().spend?.accounts[0]?.usedUsd ?? 0;

/** Sends a request, and returns what it counts in the budget. */
async function spend(router: Made, more: object, pieces = Number.POSITIVE_INFINITY) {
  const before = used(router);
  const stream = router.stream({ ...request, ...more });
  stream.result.catch(() => {});
  let read = 0;
  for await (const _ of stream) {
    read += 1;
    if (read >= pieces) break;
  }
  await stream.result.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  return used(router) - before;
}

it("a stream left early counts what was reserved if the request asks for reasoning", async () => {
  const router = await reasoner(1_500);
  const counted = await spend(router, { reasoning_effort: "high" }, 2);
  expect(counted).toBeGreaterThan(0.02);
  await router.close();
});

it("a stream left early counts what was reserved if the model is known to reason", async () => {
  const router = await reasoner(1_500, [], { capabilities: { reasoning: true } });
  expect(await spend(router, {}, 2)).toBeGreaterThan(0.02);
  await router.close();
});

it("a stream left early counts what was reserved once an answer has billed more than it showed", async () => {
  const router = await reasoner(1_500, [{ completion_tokens_details: { reasoning_tokens: 1_450 } }]);
  expect(await spend(router, {})).toBeCloseTo(0.015, 3);
  expect(await spend(router, {}, 2)).toBeGreaterThan(0.02);
  await router.close();
});

it("a stream left early counts what it has shown if the answers of its model show all that they bill", async () => {
  const router = await reasoner(50, [], { capabilities: { reasoning: true } });
  for (let at = 0; at < 20; at += 1) await spend(router, {});
  expect(await spend(router, {}, 2)).toBeLessThan(0.001);
  await router.close();
});

it("usage that falls within a stream bills the most that it was", async () => {
  const router = await reasoner(1, [{ prompt_tokens: 100, completion_tokens: 500, total_tokens: 600 }]);
  expect(await spend(router, {})).toBeCloseTo((100 + 500 * 10) / 1e6, 9);
  await router.close();
});
