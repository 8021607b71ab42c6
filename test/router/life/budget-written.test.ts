import { expect, it, onTestFinished } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, isRouterError } from "../../../src/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { sendEvents, serveWith } from "../../support/serve-with.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 10 };
const words = "and so it goes on and on ";

/** A router over an endpoint that streams these deltas, each with the usage. */
async function routerOver(deltas: readonly object[], usage?: object) {
  const server = await serveWith((response) => {
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: "c",
      created: 1,
      model: "talker",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason }],
      ...(usage && { usage }),
    });
    sendEvents(response, [...deltas.map((delta) => chunk(delta)), chunk({}, "stop"), "[DONE]"]);
  });
  onTestFinished(() => server.close());
  const one = openaiCompatible("talker", { baseUrl: `${server.url}/v1`, price, apiKey: "k" });
  return createRouter({
    models: { one },
    policy: always("one"),
    budgets: [{ limitUsd: 0.02, period: "total" }],
  });
}

/** Reads a number of chunks of a stream; returns the error that ended it. */
async function read(router: Awaited<ReturnType<typeof routerOver>>, chunks: number) {
  const messages = [{ role: "user" as const, content: "Hello" }];
  const stream = router.stream({ messages, max_completion_tokens: 300 });
  stream.result.catch(() => {});
  let count = 0;
  try {
    for await (const _ of stream) {
      count += 1;
      if (count === chunks) return undefined;
    }
  } catch (error) {
    return error;
  } finally {
    await stream.result.catch(() => {});
  }
  return undefined;
}

async function usedUsd(router: Awaited<ReturnType<typeof routerOver>>) {
  return (await router.readBudgets())[0]?.used;
}

const call = { index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } };
const forms: readonly (readonly [string, object, object])[] = [
  [
    "arguments of tools",
    { tool_calls: [call] },
    { tool_calls: [{ index: 0, function: { arguments: words } }] },
  ],
  ["reasoning", { content: "a" }, { reasoning_content: words, reasoning: words }],
  ["blocks of reasoning", { content: "a" }, { thinking_blocks: [{ type: "thinking", thinking: words }] }],
  ["refusals", { refusal: "No." }, { refusal: words }],
];

it.each(forms)("a stream of %s is stopped at the hard limit of a budget", async (_, first, next) => {
  const router = await routerOver([first, ...Array.from({ length: 4_000 }, () => next)]);
  const error = await read(router, Number.POSITIVE_INFINITY);
  expect(isRouterError(error, "budget-exceeded")).toBe(true);
  expect(await usedUsd(router)).toBeLessThanOrEqual(0.02);
  await router.close();
});

it.each(forms)("a stream of %s that is left counts what was read of it", async (_, first, next) => {
  const router = await routerOver([first, ...Array.from({ length: 40 }, () => next)]);
  await read(router, 36);
  // 35 pieces of 25 characters are about 220 tokens.
  expect(await usedUsd(router)).toBeGreaterThan(0.0015);
  await router.close();
});

it("a stream that is left counts the usage that its server has told by then", async () => {
  const usage = { prompt_tokens: 500, completion_tokens: 250, total_tokens: 750 };
  const router = await routerOver([{ content: "a" }, { content: "b" }, { content: "c" }], usage);
  await read(router, 2);
  expect(await usedUsd(router)).toBe(0.003);
  await router.close();
});
