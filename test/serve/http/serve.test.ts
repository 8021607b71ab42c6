import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import OpenAI from "openai";
import { afterEach, expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type RunningServer, type ServeOptions, serve } from "../../../src/serve/http/server/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

const messages = [{ role: "user" as const, content: "Say hello." }];
let server: RunningServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function started(small: FakeModelOptions = {}, options: ServeOptions = {}) {
  const router = createRouter({ models: { small: fakeModel(small) }, policy: always("small") });
  server = await serve(router, { port: 0, ...options });
  const client = new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1`, maxRetries: 0 });
  return { client, server, ask: () => client.chat.completions.create({ model: "auto", messages }) };
}

/** Sends bytes as they are and returns all that comes back. */
function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = "";
    socket.on("data", (part) => {
      answer += part;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

test("a client reaches the router through a socket, whole and streamed", async () => {
  const { ask, client } = await started({ answer: "hello to you" });
  expect((await ask()).choices[0]?.message.content).toBe("hello to you");
  const stream = client.chat.completions.stream({ model: "auto", messages });
  expect(await stream.finalContent()).toBe("hello to you");
});

test("a server that ends finishes a stream and refuses new requests", async () => {
  let go: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  let chunks = 0;
  const {
    client,
    server: running,
    ask,
  } = await started({
    answer: "hello to you",
    wait: async () => {
      chunks += 1;
      if (chunks > 1) await gate;
    },
  });
  const stream = await client.chat.completions.create({ model: "auto", messages, stream: true });
  const closing = running.close();
  await expect(ask()).rejects.toThrow();
  go();
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  expect(text).toBe("hello to you");
  await closing;
  expect(running.active).toBe(0);
});

test("a client that leaves ends the call of the model", async () => {
  let aborted = false;
  let isReached: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    isReached = resolve;
  });
  const { server: running } = await started({
    wait: (signal) =>
      new Promise((resolve) => {
        isReached();
        signal.addEventListener("abort", () => {
          aborted = true;
          resolve();
        });
      }),
  });
  const asking = httpRequest(`${running.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  asking.on("error", () => {});
  asking.end(JSON.stringify({ model: "auto", messages }));
  await reached;
  asking.destroy();
  await expect.poll(() => aborted).toBe(true);
  await expect.poll(() => running.active).toBe(0);
});

test("a body that is too long is refused unread, and its connection closed", async () => {
  const { server: running } = await started({}, { maxBodyBytes: 100 });
  const head = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
  const said = await raw(running.url, `${head}content-length: 1000000\r\n\r\n{`);
  expect(said).toMatch(/^HTTP\/1\.1 413 /);
  const chunked = `${head}transfer-encoding: chunked\r\n\r\nff\r\n${"x".repeat(255)}\r\n`;
  expect(await raw(running.url, chunked)).toMatch(/^HTTP\/1\.1 413 /);
});

test("two lengths, and a length with chunks, are refused: they hide a second request", async () => {
  const { server: running } = await started();
  const head = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n";
  const hidden = "0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
  const shapes = [
    `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${hidden}`,
    `${head}content-length: 5\r\ncontent-length: 6\r\n\r\n${hidden}`,
    `${head}transfer-encoding: chunked, identity\r\n\r\n${hidden}`,
  ];
  for (const shape of shapes) {
    const answer = await raw(running.url, shape);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  }
});

test("another router takes over, and those under way stay with theirs", async () => {
  const { ask, server: running } = await started({ answer: "old" });
  const next = createRouter({ models: { small: fakeModel({ answer: "new" }) }, policy: always("small") });
  running.replace(next);
  expect((await ask()).choices[0]?.message.content).toBe("new");
});
