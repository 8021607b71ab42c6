import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../policies/index.ts";
import { type RunningServer, serve } from "../../src/http/server/index.ts";
import {
  createRouter,
  type Model,
  type Router,
  type RouterEvent,
  type RouterOptions,
} from "../../src/index.ts";
import { anthropic } from "../../src/providers/anthropic.ts";
import { openai } from "../../src/providers/openai.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { type LoopbackServer, serveWith } from "../support/serve-with.ts";

// Requests that go as they came, attempt after attempt, from a socket of a client to sockets of models' servers.

const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };

interface Lane {
  readonly path: string;
  /** Body of a request, with fields and numbers that a translation would not keep. */
  written(streams: boolean): string;
  readonly answer: string;
  readonly events: readonly string[];
  /** A refusal as the server writes it, with words that belong to its client alone. */
  refusal(words: string): string;
  /** Body that the server of a model must get. */
  expected(text: string, model: string): string;
  model(name: string, baseUrl: string): Model;
}

const messages: Lane = {
  path: "/v1/messages?beta=true",
  written: (streams) =>
    `{ "stream": ${streams},"model":"auto", "max_tokens":100,"top_k":1.0,"system":[{"type":"text","text":"A","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"n\\u0061me"}] }`,
  answer:
    '{"id":"msg_1", "type":"message","role":"assistant","model":"auto","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":2}}',
  events: [
    '{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"auto","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}}',
    '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}, "new_field":1.0}',
    '{"type":"content_block_stop","index":0}',
    '{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}',
    '{"type":"message_stop"}',
  ],
  refusal: (words) => `{"type":"error", "error":{"type":"overloaded_error","message":"${words}"}}`,
  expected: (text, model) => text.replace('"auto"', `"${model}"`),
  model: (name, baseUrl) => anthropic(name, { baseUrl, apiKey: "own", price }),
};

const message =
  '{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"hi","annotations":[],"logprobs":[]}]}';
const response = `{"id":"resp_1","object":"response", "created_at":1,"status":"completed","error":null,"model":"auto","output":[${message}],"usage":{"input_tokens":9,"output_tokens":2,"total_tokens":11}}`;
const responses: Lane = {
  path: "/v1/responses",
  written: (streams) =>
    `{ "stream": ${streams},"model":"auto", "store":false,"top_p":1.0,"new_field":{"x":1.0},"input":[{"role":"user","content":"n\\u0061me"}] }`,
  answer: response,
  events: [
    '{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"auto","output":[]}}',
    '{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","status":"in_progress","content":[]}}',
    '{"type":"response.output_text.delta","sequence_number":2,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"hi","obfuscation":"x"}',
    `{"type":"response.completed","sequence_number":3,"response":${response}}`,
  ],
  refusal: (words) =>
    `{"error": {"message":"${words}","type":"server_error","param":null,"code":"server_is_overloaded"}}`,
  expected: (text, model) => text.replace('"auto"', `"${model}"`),
  model: (name, baseUrl) =>
    openai(name, { baseUrl: `${baseUrl}/v1`, apiKey: "own", price, api: "responses" }),
};

const sse = (events: readonly string[]) =>
  events.map((data) => `event: ${JSON.parse(data).type}\ndata: ${data}\n\n`).join("");
const json = (response: ServerResponse, status: number, text: string) =>
  response.writeHead(status, { "content-type": "application/json" }).end(text);
const stream = (response: ServerResponse, events: readonly string[]): ServerResponse => {
  response.writeHead(200, { "content-type": "text/event-stream" }).write(sse(events));
  return response;
};

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
  const second = await upstream(answers.second ?? ((response) => json(response, 500, "{}")));
  const heard: RouterEvent[] = [];
  const router: Router<string> = createRouter({
    models: {
      first: lane.model("model-1", first.url),
      ...(answers.second && { second: lane.model("model-2", second.url) }),
      ...others,
    },
    policy: always("first"),
    execution: { backoffBaseMs: 0, retries: 0, ...execution },
    budgets: [{ name: "all", per: "router", limitUsd: 1_000, period: "day" }],
    onEvent: (event) => void heard.push(event),
  } as RouterOptions<string>);
  running = await serve(router, { port: 0 });
  const { url } = running;
  const ask = (text: string, init: RequestInit = {}) =>
    fetch(url + lane.path, {
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
  ["/v1/messages", messages],
  ["/v1/responses", responses],
])("%s", (_, lane) => {
  const texts = ({ requests }: LoopbackServer) => requests.map(({ text }) => text);

  test.each([false, true])("each retry has the body of the first try (stream: %s)", async (streams) => {
    const { ask, first } = await started(
      lane,
      {
        first: (response, call) => {
          if (call < 3) json(response, 503, lane.refusal("busy"));
          else if (streams) stream(response, lane.events).end();
          else json(response, 200, lane.answer);
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
        first: (response) => json(response, 503, lane.refusal("words of the first")),
        second: (response) => {
          if (streams) stream(response, lane.events).end();
          else json(response, 200, lane.answer);
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
        first: (response) => json(response, 503, lane.refusal("words of the first")),
        second: (response) => json(response, 529, lane.refusal("words of the last")),
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
      const { ask } = await started(lane, { first: (response) => json(response, 503, text) });
      const reply = await ask(lane.written(false));
      const body = await reply.text();
      expect([reply.status, body.length < 1_000]).toEqual([503, true]);
      expect(body).not.toContain("words of");
      await running?.close();
    }
  });

  test("no error of the protocol comes where the last attempt spoke none", async () => {
    const other = fakeModel({ error: new Error("words of the other"), price });
    const { ask } = await started(
      lane,
      { first: (response) => json(response, 503, lane.refusal("words of the first")) },
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
      first: (response) => json(response, 503, lane.refusal("words of")),
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
      (response: ServerResponse) => stream(response, lane.events.slice(0, 1)),
    ],
    ["in a stream", true, (response: ServerResponse) => stream(response, lane.events.slice(0, 3))],
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
        second: (response) => json(response, 200, lane.answer),
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
          stream(response, lane.events.slice(0, 1));
        },
        second: (response) => stream(response, lane.events).end(),
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
          failFirst = () => json(response, 503, lane.refusal("words of the first"));
        },
        second: (response) => {
          json(response, 529, lane.refusal("words of the second"));
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
