import type { ServerResponse } from "node:http";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import {
  type Attempt,
  type CompletionChunk,
  createRouter,
  isRouterError,
  type RouterEvent,
} from "../../../src/index.ts";
import { atHand } from "../../../src/plugin/at-hand.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { serve } from "../../../src/serve/http/server/index.ts";
import { type Scenario, type Script, scenario } from "../../support/cut-scenarios.ts";
import { runs } from "../../support/runs.ts";
import { type LoopbackServer, serveWith } from "../../support/serve-with.ts";

/** How the texts of a body reach the network. */
type Send = (response: ServerResponse, texts: readonly string[], cuts: readonly number[]) => Promise<void>;

let upstream: LoopbackServer;
let current: {
  readonly scripts: readonly Script[];
  readonly cuts: readonly number[];
  send: Send;
  calls: number;
};
beforeAll(async () => {
  upstream = await serveWith((response) => void answer(response).catch(() => response.destroy()));
});
afterAll(() => upstream.close());

async function answer(response: ServerResponse): Promise<void> {
  const { scripts, cuts, send } = current;
  const { events, end } = scripts[Math.min(current.calls, scripts.length - 1)] as Script;
  current.calls += 1;
  response.socket?.setNoDelay(true);
  response.writeHead(200, { "content-type": "text/event-stream" });
  await send(response, events, cuts);
  if (end === "end") response.end();
  else {
    // So that what was written is not lost with the connection.
    await pause(5);
    response.destroy();
  }
}

/** One event in each piece of the network. */
const apart: Send = async (response, texts) => {
  for (const one of texts) {
    response.write(one);
    await pause(1);
  }
};

/** The same bytes, cut at any places: also within a character. */
const cut: Send = async (response, texts, cuts) => {
  const bytes = Buffer.from(texts.join(""));
  let from = 0;
  for (const at of [...cuts.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)) {
    if (at === from) continue;
    response.write(bytes.subarray(from, at));
    from = at;
    if (at < bytes.length) await pause(1);
  }
};

const price = { usdPerMillionInputTokens: 100, usdPerMillionOutputTokens: 1_000 };
const ask = [{ role: "user" as const, content: "Say something." }];

function routerFor({ scripts, cuts }: Scenario, send: Send) {
  current = { scripts, cuts, send, calls: 0 };
  let now = 1_000;
  const ended: RouterEvent[] = [];
  const model = (id: string) =>
    openaiCompatible(id, { baseUrl: `${upstream.url}/v1`, apiKey: "k", price, contextWindow: 9_000 });
  const router = createRouter({
    models: { small: model("small"), other: model("other") },
    policy: always("small"),
    execution: { retries: 1, backoffBaseMs: 1 },
    clock: () => now,
    onEvent: (one) => {
      if (one.type === "request-completed" || one.type === "request-failed") ended.push(one);
    },
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { router, pass, ended };
}

const textOf = (one: CompletionChunk | undefined): string => {
  const content: unknown = one?.choices[0]?.delta?.content;
  return typeof content === "string" ? content : "";
};

function attemptsOf(attempts: readonly Attempt[]) {
  return attempts.map(({ id, startedAt: _, latencyMs: __, firstTokenMs, ...rest }) => ({
    ...rest,
    id: id.slice(id.indexOf("/")),
    hasBegun: firstTokenMs !== undefined,
  }));
}

/** End of the request, as listeners were told. */
function toldOf([last, ...more]: readonly RouterEvent[]) {
  expect(more).toEqual([]);
  if (last?.type === "request-completed")
    return { attempts: attemptsOf(last.attempts), usage: last.usage, costUsd: last.costUsd };
  if (last?.type === "request-failed") return { attempts: attemptsOf(last.attempts), error: last.error };
  throw new Error("no end was told");
}

type Step = Scenario["steps"][number];

/** Reads a stream in process, by these steps over and over. */
async function readHere(given: Scenario, send: Send, steps: readonly Step[]) {
  const { router, pass, ended } = routerFor(given, send);
  const controller = new AbortController();
  const { maxCostUsd, stop } = given;
  const stream = router.stream(
    { messages: ask, maxCostUsd, deadlineMs: 60_000 },
    { signal: controller.signal },
  );
  const iterator = stream[Symbol.asyncIterator]();
  const take = atHand(iterator) as () => CompletionChunk | undefined;
  const parts: string[] = [];
  let thrown: unknown;
  let isOver = false;
  const see = (one: CompletionChunk) => {
    parts.push(textOf(one));
    if (parts.length !== stop?.after) return;
    if (stop.by === "abort") controller.abort(new Error("enough"));
    else if (stop.by === "deadline") pass(60_001);
    else void iterator.return?.();
  };
  if (stop?.after === 0 && stop.by === "abort") controller.abort(new Error("enough"));
  const read = async () => {
    try {
      const step = await iterator.next();
      if (step.done) isOver = true;
      else see(step.value);
    } catch (error) {
      thrown ??= error;
      isOver = true;
    }
  };
  for (let at = 0; !isOver; at += 1) {
    const step = steps[at % steps.length];
    if (step === "take") for (let one = take(); one !== undefined; one = take()) see(one);
    else if (step === "away") await (at % 2 === 0 ? turn() : pause(2));
    // After a stop, those that still come depend on where it met them.
    else if (step === "reads" && stop === undefined) {
      const reads = [read(), read(), read()];
      // Nothing is there for one who comes after a read that waits.
      const early = take();
      if (early !== undefined) see(early);
      await Promise.all(reads);
    } else await read();
    if (step !== "read" && !steps.includes("read")) await read();
  }
  const result = await stream.result.catch(() => undefined);
  const partial =
    isRouterError(thrown, "provider") || isRouterError(thrown, "deadline-exceeded") ? thrown : undefined;
  return {
    parts,
    thrown: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : thrown,
    partialText: partial?.partialText,
    completion: result?.completion,
    told: toldOf(ended),
  };
}

/** Reads a stream over HTTP, and leaves after a number of characters. */
async function readThere(given: Scenario, send: Send, leaveAfter = Number.POSITIVE_INFINITY) {
  const { router, ended } = routerFor(given, send);
  const server = await serve(router, { port: 0, trusted: true });
  try {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "auto", stream: true, messages: ask, maxCostUsd: given.maxCostUsd }),
    });
    const decoder = new TextDecoder();
    let all = "";
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      all += decoder.decode(piece, { stream: true });
      if (all.length >= leaveAfter) break;
    }
    const isEvents = response.headers.get("content-type")?.startsWith("text/event-stream");
    const datas = isEvents
      ? all
          .split("\n\n")
          .slice(0, -1)
          .map((one) => one.slice("data: ".length))
      : [all];
    const parsed = datas.filter((data) => data !== "[DONE]").map((data) => JSON.parse(data));
    for (let tries = 0; ended.length === 0 && tries < 500; tries += 1) await pause(2);
    return {
      text: parsed.map(textOf2).join(""),
      hasFailed: parsed.at(-1)?.error !== undefined,
      isDone: datas.at(-1) === "[DONE]",
      errorsBefore: parsed.slice(0, -1).filter((one) => one.error !== undefined).length,
      told: toldOf(ended),
    };
  } finally {
    await server.close();
  }
}

const textOf2 = (one: { choices?: CompletionChunk["choices"] }): string =>
  one.choices === undefined ? "" : textOf(one as CompletionChunk);

test("bytes of a stream give the same chunks, end, usage and attempts wherever they are cut, and however read", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const expected = await readHere(given, apart, ["read"]);
      expect(await readHere(given, cut, ["read", "away"])).toEqual(expected);
      expect(await readHere(given, cut, given.steps)).toEqual(expected);
      const whole = { ...given, stop: undefined };
      const here = given.stop === undefined ? expected : await readHere(whole, apart, ["read"]);
      const there = await readThere(whole, cut);
      expect(there.told).toEqual(here.told);
      expect(there.text).toBe(here.parts.join(""));
      expect(there.hasFailed).toBe(here.thrown !== undefined);
      expect(there.isDone).toBe(here.thrown === undefined);
      expect(there.errorsBefore).toBe(0);
      if (given.stop === undefined) return;
      const left = await readThere(whole, cut, 150 * given.stop.after);
      expect(here.parts.join("").startsWith(left.text)).toBe(true);
      expect(left.told.attempts.length).toBeLessThanOrEqual(here.told.attempts.length);
    }),
    { numRuns: runs(25, 1_000) },
  );
});
