import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Router } from "../../../src/index.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { type RunningServer, type ServeOptions, serve } from "../../../src/serve/http/server/index.ts";
import { nodeCall } from "../../../src/serve/http/server/node-call.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";
import { memoryInUse } from "../../support/memory-in-use.ts";
import { runs } from "../../support/runs.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const chat = { model: "auto", messages: [{ role: "user", content: "Say hello." }] };

async function started(small: FakeModelOptions = {}, options: ServeOptions = {}) {
  const model = fakeModel(small);
  const router = createRouter({ models: { small: model }, policy: always("small") });
  server = await serve(router as unknown as Router, { port: 0, drainMs: 1_000, ...options });
  return { model, router, url: server.url, server };
}

/** Sends bytes as they are and returns all that comes back until the connection closes. */
function raw(url: string, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      for (const part of parts) socket.write(part);
    });
    let answer = "";
    socket.on("data", (part) => {
      answer += part;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}

const close = "host: a\r\nconnection: close\r\n";
const json = "content-type: application/json\r\n";

const post = (url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });

test("headers or a body that come one byte at a time end with status 408", async () => {
  const { url, model } = await started({}, { headersTimeoutMs: 200, requestTimeoutMs: 400 });
  const head = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n";
  const answers = await Promise.all([
    raw(url, head),
    raw(url, "G"),
    raw(url, `${head}${json}content-length: 100\r\n\r\n{`),
    raw(url, `${head}${json}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`),
  ]);
  for (const answer of answers) expect(answer).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
  expect(answers.filter((answer) => answer !== "").length).toBeGreaterThan(0);
  expect(model.requests).toHaveLength(0);
});

test("a connection that has sent half a request does not hold up the end", async () => {
  const { url, server: running } = await started({}, { headersTimeoutMs: 60_000 });
  const half = raw(url, "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n");
  await fetch(`${url}/healthz`).then((answer) => answer.text());
  await running.close();
  expect(await half).toBe("");
});

test("too many headers are refused", async () => {
  const { url } = await started();
  const many = Array.from({ length: 2_000 }, (_, at) => `x-${at}: ${"v".repeat(20)}\r\n`).join("");
  expect(await raw(url, `GET /v1/models HTTP/1.1\r\n${close}${many}\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
});

test("odd request lines get an answer or a closed connection, never another path's answer", async () => {
  const { url } = await started();
  const statusOf = async (line: string) =>
    / (\d+) /.exec(await raw(url, `${line} HTTP/1.1\r\n${close}\r\n`))?.[1] ?? "closed";
  expect(await statusOf("GET /v1/models")).toBe("200");
  expect(await statusOf("GET /v1/models?beta=true")).toBe("200");
  expect(await statusOf("GET http://elsewhere.example/v1/models")).toBe("200");
  expect(await statusOf("HEAD /")).toBe("200");
  for (const path of ["//v1/models", "/v1//models", "/v1%2Fmodels", "/v1/../v1/models", "/V1/models", "*"])
    expect([path, await statusOf(`GET ${path}`)]).toEqual([path, "404"]);
  // A name like any other, which means nothing here.
  expect(await (await fetch(`${url}/v1/models/%2e%2e%2fhealthz`)).json()).toMatchObject({ id: "../healthz" });
  expect(await statusOf("OPTIONS /v1/models")).toBe("204");
  expect(await statusOf("OPTIONS *")).toBe("404");
  expect(await statusOf("DELETE /v1/chat/completions")).toBe("405");
  expect(await statusOf("TRACE /v1/models")).toBe("405");
  expect(await statusOf("CONNECT elsewhere.example:443")).toBe("closed");
  expect(await statusOf("GET /v1/models\r\nnot a header\r\n")).toBe("400");
});

test("a wish for another protocol is passed over, and for 100-continue is granted", async () => {
  const { url } = await started();
  const websocket = "connection: Upgrade, close\r\nupgrade: websocket\r\nhost: a\r\n";
  expect(await raw(url, `GET /v1/models HTTP/1.1\r\n${websocket}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
  const body = JSON.stringify(chat);
  const head = `POST /v1/chat/completions HTTP/1.1\r\n${close}${json}content-length: ${body.length}\r\n`;
  expect(await raw(url, `${head}expect: 100-continue\r\n\r\n${body}`)).toMatch(
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
  );
  expect(await raw(url, `${head}expect: 1000 things\r\n\r\n${body}`)).toMatch(/^HTTP\/1\.1 417 /);
});

test.each([
  ["text that is not UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 400],
  ["half a JSON", '{"model":', 400],
  ["an array", "[]", 400],
  ["a stream that is neither true nor false", JSON.stringify({ ...chat, stream: "yes" }), 400],
  ["a deep nest", `{"metadata":${"[".repeat(200_000)}${"]".repeat(200_000)}}`, 400],
  [
    "a number beyond all",
    '{"model":"auto","max_completion_tokens":1e999,"messages":[{"role":"user","content":"a"}]}',
    400,
  ],
  ["a tenant", JSON.stringify({ ...chat, tenant: "other" }), 400],
  [
    "a tenant of the prototype",
    '{"__proto__":{"tenant":"other"},"constructor":{"prototype":{"x":1}},"messages":5}',
    400,
  ],
])("a body with %s is refused, and nothing of it is told", async (_, body, status) => {
  const { url, model } = await started();
  const answer = await post(url, body);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  expect(model.requests).toHaveLength(0);
  expect(({} as { tenant?: unknown }).tenant).toBeUndefined();
});

test("a mark of the byte order is passed over, and the last of two equal keys counts", async () => {
  const { url, model } = await started();
  expect((await post(url, `\ufeff${JSON.stringify(chat)}`)).status).toBe(200);
  const twice = '{"messages":5,"messages":[{"role":"user","content":"b"}]}';
  expect((await post(url, twice)).status).toBe(200);
  expect(model.requests[1]?.messages).toEqual([{ role: "user", content: "b" }]);
  expect((await post(url, JSON.stringify(chat), { "content-type": "text/plain" })).status).toBe(415);
  expect((await post(url, JSON.stringify(chat), { "content-encoding": "gzip" })).status).toBe(400);
});

test("names of models and reasons cannot add headers", async () => {
  const id = "a\r\nset-cookie: x=1";
  const router = createRouter({ models: { [id]: fakeModel() }, policy: always(id) });
  server = await serve(router, { port: 0, explain: true });
  const answer = await post(server.url, JSON.stringify(chat), { "x-request-id": "mine-1" });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("set-cookie")).toBeNull();
  expect(answer.headers.get("x-switchpoint-model")).toBe("a??set-cookie: x=1");
  expect(answer.headers.get("x-request-id")).toBe("mine-1");
  const odd = await post(server.url, "{", { "x-request-id": "<script>" });
  expect(odd.headers.get("x-request-id")).toMatch(/^req_[\w-]{36}$/);
  expect(odd.headers.get("request-id")).toBe(odd.headers.get("x-request-id"));
});

const secret = "key sp-123 of the store";
test.each<[string, () => unknown, number]>([
  [
    "throws",
    () => {
      throw new Error(secret);
    },
    500,
  ],
  ["rejects", () => Promise.reject(new Error(secret)), 500],
  ["returns a tenant that is not a text", () => ({ tenant: 5 }), 500],
  ["returns an empty tenant", () => ({ tenant: "" }), 500],
  ["returns true", () => true, 500],
  ["returns a model", () => ({ model: "small" }), 500],
  ["returns an unknown field", () => ({ tennant: "acme" }), 500],
  ["returns labels that are not texts", async () => ({ labels: { plan: 5 } }), 500],
  ["returns a promise in a field", () => ({ tenant: Promise.reject(new Error(secret)) }), 500],
  ["knows no one", () => null, 401],
])("an authorise function that %s lets no one in", async (_, authorise, status) => {
  const { url, model } = await started(
    {},
    { authorise: authorise as NonNullable<HandlerOptions["authorise"]> },
  );
  const answer = await post(url, JSON.stringify(chat));
  expect(answer.status).toBe(status);
  expect(await answer.text()).not.toContain("sp-123");
  expect(model.requests).toHaveLength(0);
});

test("an authorise function that never settles does not outlive its client", async () => {
  const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
  const handler = createHandler(router, { authorise: () => new Promise(() => {}) });
  const leaving = new AbortController();
  const asked = handler("/v1/models", { signal: leaving.signal });
  leaving.abort(new Error("left"));
  await expect(asked).rejects.toThrow("left");
});

test("requests sent ahead are answered in order, one after the other, and too many end the connection", async () => {
  let most = 0;
  let now = 0;
  const { url, server: running } = await started({
    wait: async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    },
  });
  const requestOf = (last: boolean) => {
    const body = JSON.stringify(chat);
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n${json}content-length: ${body.length}\r\n`;
    return `${head}${last ? "connection: close\r\n" : ""}\r\n${body}`;
  };
  const answers = await raw(url, [false, false, false, false, true].map(requestOf).join(""));
  expect(answers.match(/HTTP\/1\.1 200 /g)).toHaveLength(5);
  expect(most).toBe(1);
  await raw(url, Array.from({ length: 500 }, () => requestOf(false)).join(""));
  await expect.poll(() => running.active).toBe(0);
});

test("a body that is asked for after its sender has left is refused, and not waited for", async () => {
  const plain = createServer();
  const incoming = once(plain, "request") as Promise<[IncomingMessage]>;
  await once(plain.listen(0, "127.0.0.1"), "listening");
  const { port } = plain.address() as AddressInfo;
  const asking = httpRequest({ port, method: "POST", headers: { "content-type": "application/json" } });
  asking.on("error", () => {});
  asking.write("{");
  const [request] = await incoming;
  request.on("error", () => {});
  const left = new Promise((resolve) => request.on("close", resolve));
  asking.destroy();
  await left;
  const call = nodeCall(request, new AbortController().signal, 1_000);
  await expect(call.readText()).rejects.toThrow("the body broke off");
  plain.close();
});

test("clients that leave at any moment leave nothing behind", async () => {
  const count = runs(500, 10_000);
  const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
  const model = fakeModel({
    price,
    answer: "a b c d",
    wait: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const router = createRouter({
    models: { small: model },
    policy: always("small"),
    budgets: [{ name: "all", per: "router", limitUsd: 1_000, period: "day" }],
  });
  server = await serve(router, { port: 0 });
  const { port } = new URL(server.url);
  const bodies = [
    ["v1/chat/completions", chat],
    ["v1/messages", { ...chat, max_tokens: 9 }],
    ["v1/responses", { model: "auto", input: "Say hello." }],
    ["v1beta/models/auto:streamGenerateContent", { contents: "Say hello." }],
  ] as const;
  const leave = (at: number) =>
    new Promise<void>((resolve) => {
      const [path, body] = bodies[(at + Math.floor(at / 4)) % bodies.length] as (typeof bodies)[number];
      const asking = httpRequest({
        port,
        method: "POST",
        path: `/${path}`,
        agent: false,
        headers: { "content-type": "application/json" },
      });
      const end = () => {
        asking.destroy();
        resolve();
      };
      asking.on("error", () => resolve());
      asking.on("response", (answer) => (at % 4 === 0 ? answer.once("data", end) : end()));
      asking.end(JSON.stringify({ ...body, stream: at % 2 === 0 }));
      if (at % 4 === 1) asking.once("finish", end);
      if (at % 4 === 3) asking.once("socket", (socket) => socket.once("connect", end));
    });
  const leaveAll = async (many: number) => {
    for (let at = 0; at < many; at += 50)
      await Promise.all(Array.from({ length: 50 }, (_, one) => leave(at + one)));
    await expect.poll(() => server?.active, { timeout: 20_000 }).toBe(0);
    // The fake keeps what it was asked.
    (model.requests as unknown[]).length = 0;
  };
  const sockets = () =>
    process.getActiveResourcesInfo().filter((name) => /TCPSocketWrap|PipeWrap/.test(name)).length;
  // What is made once for all is there before it is measured.
  await leaveAll(200);
  const [socketsBefore, heapBefore] = [sockets(), memoryInUse()];
  await leaveAll(count);
  await expect
    .poll(async () => (await router.readBudgets()).map((one) => one.open), { timeout: 20_000 })
    .toEqual([0]);
  await expect.poll(sockets, { timeout: 20_000 }).toBeLessThanOrEqual(socketsBefore);
  const grownBytes = memoryInUse() - heapBefore;
  console.info(
    `left: ${count} clients, sockets ${socketsBefore} -> ${sockets()}, heap after gc ${heapBefore} ${grownBytes < 0 ? "" : "+"}${grownBytes} bytes`,
  );
  // The router remembers sessions and recent decisions up to a bound; a leak of each request's parts would be far more.
  expect(grownBytes).toBeLessThan(8_000_000 + count * 500);
  expect((await post(server.url, JSON.stringify(chat))).status).toBe(200);
}, 600_000);

test("a client that reads nothing holds neither memory nor the model", async () => {
  let pieces = 0;
  const { url, server: running } = await started(
    {
      answer: "x".repeat(1_000_000),
      piecesOf: (text) => Array.from({ length: 2_000 }, () => text.slice(0, 50_000)),
      wait: async () => {
        pieces += 1;
      },
    },
    { stalledMs: 300 },
  );
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ ...chat, stream: true });
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.pause();
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n${json}content-length: ${body.length}\r\n\r\n${body}`,
  );
  await expect.poll(() => pieces).toBeGreaterThan(1);
  await expect.poll(() => running.active, { timeout: 5_000 }).toBe(0);
  expect(pieces).toBeLessThan(1_000);
  socket.destroy();
});

/** Opens connections, which the test closes at its end. */
async function opened(url: string, count: number): Promise<readonly Socket[]> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let at = 0; at < count; at += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, count - at) }, () => {
        const socket = connect(Number(port), hostname);
        socket.on("error", () => {});
        socket.resume();
        sockets.push(socket);
        return once(socket, "connect");
      }),
    );
  return sockets;
}

const openOf = (sockets: readonly Socket[]) => sockets.filter(({ closed }) => !closed).length;

/** Asks for an answer again and again until it is told to end. Returns how long the slowest took, in milliseconds. */
function asking(url: string): () => Promise<{ readonly slowestMs: number; readonly answers: number }> {
  let ends = false;
  const all = (async () => {
    let [slowestMs, answers] = [0, 0];
    while (!ends) {
      const from = performance.now();
      expect((await post(url, JSON.stringify(chat))).status).toBe(200);
      slowestMs = Math.max(slowestMs, performance.now() - from);
      answers += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return { slowestMs, answers };
  })();
  return () => {
    ends = true;
    return all;
  };
}

/** A busy machine is slow as well, and the test's own sockets are in the same process. */
const responsiveMs = 5_000;
const slow = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n";

test.each([
  ["send nothing", () => ""],
  ["send a byte of their headers at a time", () => slow],
  ["send a byte of their body at a time", () => `${slow}${json}content-length: 5000\r\n\r\n{`],
  ["send a body in chunks of a byte", () => `${slow}${json}transfer-encoding: chunked\r\n\r\n`],
])(
  "connections that %s end in time, while others are answered, and nothing of them is kept",
  async (what, head) => {
    const count = runs(200, 2_000);
    const [headersTimeoutMs, requestTimeoutMs] = [1_000, 2_000];
    const { url, model, server: running } = await started({}, { headersTimeoutMs, requestTimeoutMs });
    await post(url, JSON.stringify(chat));
    const before = memoryInUse();
    const end = asking(url);
    const sockets = await opened(url, count);
    const from = performance.now();
    for (const socket of sockets) socket.write(head());
    const inChunks = what.includes("chunks");
    const drip = setInterval(() => {
      if (what !== "send nothing")
        for (const socket of sockets) if (socket.writable) socket.write(inChunks ? "1\r\n \r\n" : " ");
    }, 250);
    await expect.poll(() => openOf(sockets), { timeout: 20_000 }).toBe(0);
    clearInterval(drip);
    const endedMs = performance.now() - from;
    const { slowestMs, answers } = await end();
    await expect.poll(() => running.active).toBe(0);
    (model.requests as unknown[]).length = 0;
    const grown = memoryInUse() - before;
    console.info(
      `${count} connections that ${what}: all ended after ${endedMs.toFixed(0)} ms, ${answers} others answered, the slowest in ${slowestMs.toFixed(0)} ms, memory ${grown} bytes more`,
    );
    // Node looks at connections once a second, or as often as the shorter limit.
    expect(endedMs).toBeLessThan(requestTimeoutMs + 1_000 + responsiveMs);
    expect(slowestMs).toBeLessThan(responsiveMs);
    expect(grown).toBeLessThan(4_000_000 + count * 1_000);
  },
  120_000,
);

test("connections beyond the limit are closed at once, and there is room again when others leave", async () => {
  const { url } = await started({}, { maxConnections: 50 });
  const sockets = await opened(url, 50);
  const further = await opened(url, 20);
  await expect.poll(() => openOf(further)).toBe(0);
  expect(openOf(sockets)).toBe(50);
  for (const socket of sockets) socket.destroy();
  await expect
    .poll(() =>
      post(url, JSON.stringify(chat)).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
});

test("connections that are opened and reset hold up no one, and leave nothing behind", async () => {
  const count = runs(500, 10_000);
  const { url, model, server: running } = await started();
  const reset = async (many: number) => {
    for (let at = 0; at < many; at += 100) {
      const sockets = await opened(url, 100);
      sockets.forEach((socket, one) => {
        // Half of them within a request.
        if (one % 2 === 0) socket.write(`${slow}${json}content-length: 100\r\n\r\n{`);
        socket.resetAndDestroy();
      });
    }
    await expect.poll(() => running.active, { timeout: 20_000 }).toBe(0);
  };
  await reset(200);
  await post(url, JSON.stringify(chat));
  const before = memoryInUse();
  const end = asking(url);
  await reset(count);
  const { slowestMs, answers } = await end();
  (model.requests as unknown[]).length = 0;
  const grown = memoryInUse() - before;
  console.info(
    `${count} connections reset: ${answers} others answered, the slowest in ${slowestMs.toFixed(0)} ms, memory ${grown} bytes more`,
  );
  expect(slowestMs).toBeLessThan(responsiveMs);
  // The sockets of the test itself are in this, too.
  expect(grown).toBeLessThan(4_000_000 + count * 1_000);
}, 300_000);

test("a connection that is kept alive ends when it is idle, however many requests it has sent", async () => {
  const { url } = await started({}, { keepAliveMs: 300 });
  const [socket] = await opened(url, 1);
  let answers = 0;
  socket?.on("data", (part) => {
    answers += String(part).match(/HTTP\/1\.1 200 /g)?.length ?? 0;
  });
  for (let at = 0; at < runs(50, 2_000); at += 1) {
    socket?.write("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
    await expect.poll(() => answers, { interval: 1 }).toBe(at + 1);
  }
  const from = performance.now();
  await expect.poll(() => socket?.closed).toBe(true);
  expect(performance.now() - from).toBeLessThan(300 + 1_000 + responsiveMs);
});
