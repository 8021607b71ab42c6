import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import {
  createRouter,
  type Model,
  type Router,
  type RouterEvent,
  type RouterOptions,
} from "../../../src/index.ts";
import { type RunningServer, serve } from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import {
  dollarACall,
  generateLane,
  type Lane,
  messagesLane,
  responsesLane,
  sendText,
  sendWritten,
  sse,
} from "../../support/native-lanes.ts";
import { type LoopbackServer, serveWith } from "../../support/serve-with.ts";

// Requests that go as they came, attempt after attempt, from a socket of a client to sockets of models' servers.

type Answer = (response: ServerResponse, call: number) => unknown;

let running: RunningServer | undefined;
/** All that was written to the console. */
let printed: string[] = [];
beforeEach(() => {
  printed = [];
  for (const name of ["log", "info", "warn", "error", "debug"] as const)
    vi.spyOn(console, name).mockImplementation((...given) => void printed.push(given.map(String).join(" ")));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await running?.close();
  running = undefined;
});

async function upstream(answer: Answer): Promise<LoopbackServer> {
  const server = await serveWith((response) => answer(response, server.requests.length));
  onTestFinished(server.close);
  return server;
}

/** Starts a server over two models that speak the protocol; `others` come after them. */
async function started(
  lane: Lane,
  answers: { readonly first: Answer; readonly second?: Answer },
  execution: RouterOptions<string>["execution"] = {},
  others: Readonly<Record<string, Model>> = {},
) {
  const first = await upstream(answers.first);
  const second = await upstream(answers.second ?? ((response) => sendText(response, 500, "{}")));
  const heard: RouterEvent[] = [];
  const models = {
    first: lane.model("model-1", first.url),
    ...(answers.second && { second: lane.model("model-2", second.url) }),
    ...others,
  };
  const router: Router<string> = createRouter({
    models: models as Readonly<Record<string, Model>>,
    policy: always("first"),
    execution: { backoffBaseMs: 0, retries: 0, ...execution },
    budgets: [{ name: "all", per: "router", limitUsd: 1_000, period: "day" }],
    onEvent: (event) => void heard.push(event),
  });
  running = await serve(router, { port: 0 });
  const { url } = running;
  const ask = (text: string, init: RequestInit = {}) =>
    fetch(url + lane.pathOf(text), {
      method: "POST",
      body: text,
      headers: { "content-type": "application/json" },
      ...init,
    });
  const settled = async () => {
    await expect.poll(() => running?.active).toBe(0);
    await expect.poll(async () => (await router.readBudgets()).map(({ open }) => open)).toEqual([0]);
    return (await router.readBudgets()).map(({ used }) => used);
  };
  return { first, second, heard, router, ask, settled };
}

describe.each([
  ["/v1/messages", messagesLane],
  ["/v1/responses", responsesLane],
  ["/v1beta/models", generateLane],
])("%s", (_, lane) => {
  const texts = ({ requests }: LoopbackServer) => requests.map(({ text }) => text);

  test.each([false, true])("each retry has the body of the first try (stream: %s)", async (streams) => {
    const { ask, first } = await started(
      lane,
      {
        first: (response, call) => {
          if (call < 3) sendText(response, 503, lane.refusal("busy"));
          else if (streams) sendWritten(response, lane.events).end();
          else sendText(response, 200, lane.answer);
        },
      },
      { retries: 2 },
    );
    const reply = await ask(lane.written(streams));
    expect([reply.status, await reply.text()]).toEqual([200, streams ? sse(lane.events) : lane.answer]);
    expect(texts(first)).toEqual(Array(3).fill(lane.expected(lane.written(streams), "model-1")));
  });

  test.each([false, true])("a fallback has the body as it came (stream: %s)", async (streams) => {
    const { ask, first, second, heard } = await started(
      lane,
      {
        first: (response) => sendText(response, 503, lane.refusal("words of the first")),
        second: (response) => {
          if (streams) sendWritten(response, lane.events).end();
          else sendText(response, 200, lane.answer);
        },
      },
      { retries: 1 },
    );
    const reply = await ask(lane.written(streams));
    expect([reply.status, await reply.text()]).toEqual([200, streams ? sse(lane.events) : lane.answer]);
    expect(texts(first)).toEqual(Array(2).fill(lane.expected(lane.written(streams), "model-1")));
    expect(texts(second)).toEqual([lane.expected(lane.written(streams), "model-2")]);
    expect(JSON.stringify(heard) + printed.join()).not.toContain("words of");
  });

  test.each([false, true])(
    "the last server's error alone comes, byte for byte (stream: %s)",
    async (streams) => {
      const { ask, heard, router } = await started(lane, {
        first: (response) => sendText(response, 503, lane.refusal("words of the first")),
        second: (response) => sendText(response, 529, lane.refusal("words of the last")),
      });
      const reply = await ask(lane.written(streams));
      expect([reply.status, await reply.text()]).toEqual([529, lane.refusal("words of the last")]);
      expect(JSON.stringify(heard) + JSON.stringify(router.exportState()) + printed.join()).not.toContain(
        "words of",
      );
    },
  );

  test("an error that is longer than its bound, or not JSON, comes in our words", async () => {
    for (const text of [lane.refusal("words of a book".repeat(10_000)), "words of no JSON", "[]"]) {
      const { ask } = await started(lane, { first: (response) => sendText(response, 503, text) });
      const reply = await ask(lane.written(false));
      const body = await reply.text();
      expect([reply.status, body.length < 1_000]).toEqual([503, true]);
      expect(body).not.toContain("words of");
      await running?.close();
    }
  });

  test("no error of the protocol comes where the last attempt spoke none", async () => {
    const other = fakeModel({ error: new Error("words of the other"), price: dollarACall });
    const { ask } = await started(
      lane,
      { first: (response) => sendText(response, 503, lane.refusal("words of the first")) },
      {},
      { other },
    );
    const reply = await ask(lane.written(false));
    expect(other.requests).toHaveLength(1);
    expect(reply.status).toBe(502);
    expect(await reply.text()).not.toContain("words of");
  });

  test("a client of chat completions sees no server's words", async () => {
    const { ask } = await started(lane, {
      first: (response) => sendText(response, 503, lane.refusal("words of")),
    });
    await ask(lane.written(false));
    const reply = await fetch(`${running?.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hi." }] }),
    });
    expect(await reply.text()).not.toContain("words of");
  });

  test.each([
    ["before an answer", false, () => {}],
    [
      "before a stream's content",
      true,
      (response: ServerResponse) => sendWritten(response, lane.events.slice(0, 1)),
    ],
    ["in a stream", true, (response: ServerResponse) => sendWritten(response, lane.events.slice(0, 3))],
  ])("a client that leaves %s ends the call, which is billed once", async (when, streams, answer) => {
    let isReached: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      isReached = resolve;
    });
    let closed = 0;
    const { ask, first, second, heard, settled } = await started(
      lane,
      {
        first: (response) => {
          response.once("close", () => {
            closed += 1;
          });
          answer(response);
          isReached();
        },
        second: (response) => sendText(response, 200, lane.answer),
      },
      { retries: 2 },
    );
    const leaving = new AbortController();
    const asked = ask(lane.written(streams), { signal: leaving.signal });
    asked.catch(() => {});
    await reached;
    if (when === "in a stream") {
      const reader = (await asked).body?.getReader();
      await reader?.read();
    }
    leaving.abort();
    await expect.poll(() => closed).toBe(1);
    expect(await settled()).toEqual([1]);
    expect([first.requests.length, second.requests.length]).toEqual([1, 0]);
    expect(heard.filter(({ type }) => type === "attempt-ended")).toHaveLength(1);
  });

  test("of two that were asked side by side each is billed once, and the slower one is ended", async () => {
    let closed = 0;
    const { ask, first, second, heard, settled } = await started(
      lane,
      {
        first: (response) => {
          response.once("close", () => {
            closed += 1;
          });
          sendWritten(response, lane.events.slice(0, 1));
        },
        second: (response) => sendWritten(response, lane.events).end(),
      },
      { hedge: { afterMs: 20, ratio: 1 } },
    );
    const reply = await ask(lane.written(true));
    expect(await reply.text()).toBe(sse(lane.events));
    expect(texts(first)).toEqual([lane.expected(lane.written(true), "model-1")]);
    expect(texts(second)).toEqual([lane.expected(lane.written(true), "model-2")]);
    await expect.poll(() => closed).toBe(1);
    // One dollar for each request.
    expect(await settled()).toEqual([2]);
    const ended = heard.flatMap((event) => (event.type === "attempt-ended" ? [event.attempt] : []));
    expect(ended.map(({ model, costUsd }) => [model, costUsd]).sort()).toEqual([
      ["first", 1],
      ["second", 1],
    ]);
  });

  test("of two that fail side by side the later error comes", async () => {
    let failFirst: () => void = () => {};
    const { ask, heard } = await started(
      lane,
      {
        first: (response) => {
          failFirst = () => sendText(response, 503, lane.refusal("words of the first"));
        },
        second: (response) => {
          sendText(response, 529, lane.refusal("words of the second"));
          setTimeout(failFirst, 50);
        },
      },
      { hedge: { afterMs: 20, ratio: 1 } },
    );
    const reply = await ask(lane.written(true));
    expect([reply.status, await reply.text()]).toEqual([503, lane.refusal("words of the first")]);
    expect(JSON.stringify(heard) + printed.join()).not.toContain("words of");
  });
});
