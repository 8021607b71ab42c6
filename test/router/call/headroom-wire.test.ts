import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { threshold } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Returns the headers of a server when `left` of its limit is left, and `resetMs` until all of it is back. */
type Says = (left: number, resetMs: number) => Readonly<Record<string, string>>;

interface Limited {
  readonly url: string;
  readonly seen: { answered: number; refused: number };
}

/** An endpoint that answers `limit` requests in its window, and refuses further ones with 429. */
async function serve(limit: number, says: Says, windowMs = 60_000): Promise<Limited> {
  const seen = { answered: 0, refused: 0 };
  const startedAt = Date.now();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    // The headers say what was left when the request came, however long its answer takes.
    const taken = seen.answered + 1;
    const isOver = taken > limit;
    if (isOver) seen.refused += 1;
    else seen.answered += 1;
    const left = Math.max(0, limit - taken);
    const headers = { "content-type": "application/json", ...says(left, startedAt + windowMs - Date.now()) };
    await sleep(10 + ((taken * 37) % 50));
    response.writeHead(isOver ? 429 : 200, headers);
    response.end(JSON.stringify(isOver ? { error: { message: "slow down", type: "requests" } } : completion));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen };
}

const completion = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hello" } }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
};

function routerOf(small: Limited, large: Limited, learn = true) {
  const at = ({ url }: Limited, model: string) => openaiCompatible(model, { baseUrl: url, apiKey: "none" });
  return createRouter({
    models: { small: at(small, "small"), large: at(large, "large") },
    policy: threshold({ small: "small", large: "large", at: 1 }),
    classifier: { name: "easy", version: "1", classify: () => ({ complexity: 0 }) },
    execution: { limits: { learn }, retries: 0 },
  });
}

const free: Says = () => ({});
const openai =
  (reset: (ms: number) => string): Says =>
  (left, ms) => ({
    "x-ratelimit-limit-requests": "20",
    "x-ratelimit-remaining-requests": String(left),
    "x-ratelimit-reset-requests": reset(ms),
  });
const anthropic =
  (skewMs: number): Says =>
  (left, ms) => ({
    date: new Date(Date.now() + skewMs).toUTCString(),
    "anthropic-ratelimit-requests-limit": "20",
    "anthropic-ratelimit-requests-remaining": String(left),
    "anthropic-ratelimit-requests-reset": new Date(Date.now() + skewMs + ms).toISOString(),
  });

const formats: Readonly<Record<string, Says>> = {
  "a duration with units": openai((ms) => `${Math.floor(ms / 1_000)}.${ms % 1_000}s`),
  "minutes and seconds": openai((ms) => `${Math.floor(ms / 60_000)}m${Math.ceil((ms % 60_000) / 1_000)}s`),
  milliseconds: openai((ms) => `${ms}ms`),
  "a number of seconds": openai((ms) => String(ms / 1_000)),
  "a time": anthropic(0),
  "a time of a clock an hour ahead": anthropic(3_600_000),
  "a time of a clock an hour behind": anthropic(-3_600_000),
  "no reset": (left) => ({
    "x-ratelimit-limit-requests": "20",
    "x-ratelimit-remaining-requests": String(left),
  }),
  "no limit": (left, ms) => ({
    "x-ratelimit-remaining-requests": String(left),
    "x-ratelimit-reset-requests": `${Math.ceil(ms / 1_000)}s`,
  }),
};

/** Sends one request, then forty in bursts that overlap, and returns the models that answered. */
async function send(router: ReturnType<typeof routerOf>): Promise<readonly string[]> {
  const models: string[] = [];
  const one = async () => {
    const { attempts } = await router.route("Hello");
    models.push(attempts.at(-1)?.model as string);
  };
  await one();
  const under: Promise<void>[] = [];
  for (let burst = 0; burst < 10; burst += 1) {
    for (let at = 0; at < 4; at += 1) under.push(one());
    await sleep(12);
  }
  await Promise.all(under);
  return models;
}

// What they wait for is the time of endpoints of their own.
describe.concurrent("an endpoint that says how much is left", () => {
  it.each(Object.entries(formats))("is passed over before it refuses: %s", async (_, says) => {
    const [small, large] = [await serve(20, says), await serve(1_000, free)];
    const models = await send(routerOf(small, large));
    expect(models).toHaveLength(41);
    // One that overtakes others on its way, for instance on a connection that was open, states more than is left.
    // What has come before it and is not answered yet cannot be told from what comes after it.
    expect(small.seen.refused).toBeLessThanOrEqual(1);
    // What comes back evenly is used as well, where a limit says how much that is.
    expect(small.seen.answered).toBeGreaterThanOrEqual(12);
    expect(models.filter((model) => model === "large").length).toBe(41 - small.seen.answered);
  });

  it("refuses, and costs each further request a call, if the headers are not read", async () => {
    const [small, large] = [await serve(20, formats["milliseconds"] as Says), await serve(1_000, free)];
    expect(await send(routerOf(small, large, false))).toHaveLength(41);
    expect(small.seen.refused).toBeGreaterThan(5);
  });

  it.each([
    ["a negative number", { "x-ratelimit-remaining-requests": "-5", "x-ratelimit-reset-requests": "600s" }],
    ["no number", { "x-ratelimit-remaining-requests": "NaN", "x-ratelimit-reset-requests": "NaN" }],
    [
      "a number without end",
      { "x-ratelimit-remaining-requests": "9".repeat(400), "x-ratelimit-reset-requests": "1s" },
    ],
    ["text", { "x-ratelimit-remaining-tokens": "lots", "x-ratelimit-reset-tokens": "soon" }],
    [
      "a reset that has passed",
      { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "-1s" },
    ],
  ])("and lies is still called: %s", async (_, headers) => {
    const [small, large] = [await serve(1_000, () => headers), await serve(1_000, free)];
    const router = routerOf(small, large);
    for (let at = 0; at < 4; at += 1) {
      const isNothing =
        "x-ratelimit-remaining-requests" in headers && headers["x-ratelimit-remaining-requests"] === "0";
      if (isNothing && at > 0) await sleep(1_010);
      await router.route("Hello");
    }
    expect(small.seen.answered).toBe(4);
  });

  it("and always says that nothing is left is called again after a second, and then without a pause", async () => {
    const [small, large] = [
      await serve(1_000, () => ({ "x-ratelimit-remaining-requests": "0" })),
      await serve(1_000, free),
    ];
    const router = routerOf(small, large);
    for (let at = 0; at < 4; at += 1) {
      await router.route("Hello");
      await sleep(1_010);
    }
    expect(small.seen.answered).toBe(4);
    for (let at = 0; at < 10; at += 1) await router.route("Hello");
    expect(small.seen.answered).toBe(14);
    expect(large.seen.answered).toBe(0);
  });
});
