import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { request as tlsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import {
  authoriseByKeys,
  createKey,
  type RunningServer,
  serve,
} from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { certificate, certificateKey } from "../../fixtures/loopback-certificate.ts";

let server: RunningServer | undefined;
let folder: string | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
});

const router = () => createRouter({ models: { small: fakeModel() }, policy: always("small") });

function statusOf(send: typeof request, options: object): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = send({ path: "/v1/models", agent: false, ...options }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    });
    asking.on("error", reject).end();
  });
}

test("a server with a certificate speaks HTTPS alone, and takes another certificate or none", async () => {
  server = await serve(router(), { port: 0, tls: { cert: certificate, key: certificateKey } });
  const { port, protocol } = new URL(server.url);
  expect(protocol).toBe("https:");
  const secure = { port, host: "127.0.0.1", ca: certificate, checkServerIdentity: () => undefined };
  expect(await statusOf(tlsRequest, secure)).toBe(200);
  await expect(statusOf(request, { port, host: "127.0.0.1" })).rejects.toThrow();
  const { renewTls } = server;
  expect(() => renewTls({ cert: certificate, key: "no key" })).toThrow(/PEM/);
  renewTls({ cert: certificate, key: certificateKey });
  expect(await statusOf(tlsRequest, secure)).toBe(200);
});

test("a server listens at a Unix socket, whose file goes with it", async () => {
  folder = mkdtempSync(join(tmpdir(), "switchpoint-socket-"));
  const socketPath = join(folder, "s");
  server = await serve(router(), { socket: socketPath });
  expect(server.url).toBe(socketPath);
  expect(await statusOf(request, { socketPath })).toBe(200);
  // One that lives is not replaced.
  await expect(serve(router(), { socket: socketPath })).rejects.toThrow(/EADDRINUSE/);
  await server.close();
  await expect(statusOf(request, { socketPath })).rejects.toThrow(/ENOENT/);
});

test("a key counts until its time, and not from then on", async () => {
  let now = Date.parse("2027-01-30T23:59:59Z");
  const { key, record } = createKey({ expiresAt: "2027-01-31T00:00:00Z" });
  server = await serve(router(), { port: 0, authorise: authoriseByKeys([record], () => now) });
  const { port } = new URL(server.url);
  const ask = () => statusOf(request, { port, host: "127.0.0.1", headers: { "x-api-key": key } });
  expect(await ask()).toBe(200);
  now += 1_000;
  expect(await ask()).toBe(401);
});

test("a request that is under way ends on the router that it began on", async () => {
  let isReached: () => void = () => {};
  let go: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    isReached = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const wait = () => {
    isReached();
    return gate;
  };
  const models = { small: fakeModel({ answer: "old", wait }) };
  server = await serve(createRouter({ models, policy: always("small") }), { port: 0 });
  const { url } = server;
  const ask = async () => {
    const body = JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello." }] });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/v1/chat/completions`, { method: "POST", body, headers });
    return ((await answer.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message
      .content;
  };
  const first = ask();
  await reached;
  const next = createRouter({ models: { small: fakeModel({ answer: "new" }) }, policy: always("small") });
  let isLeft = false;
  const left = server.replace(next).then(() => {
    isLeft = true;
  });
  expect(await ask()).toBe("new");
  expect(isLeft).toBe(false);
  go();
  expect(await first).toBe("old");
  await left;
});

test("events that come together are written together, and none waits for the next", async () => {
  let go: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  let pieces = 0;
  const wait = async () => {
    pieces += 1;
    if (pieces > 40) await gate;
  };
  const piecesOf = () => Array.from({ length: 50 }, (_, at) => `w${at} `);
  const models = { small: fakeModel({ answer: "w", piecesOf, wait }) };
  server = await serve(createRouter({ models, policy: always("small") }), { port: 0 });
  const body = JSON.stringify({
    model: "auto",
    stream: true,
    messages: [{ role: "user", content: "Hello." }],
  });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${server.url}/v1/chat/completions`, { method: "POST", body, headers });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  let reads = 0;
  // The model is held: all that it said before must come without it.
  while (!text.includes("w35 ")) {
    text += decoder.decode((await reader.read()).value, { stream: true });
    reads += 1;
  }
  expect(reads).toBeLessThan(30);
  go();
  for (let step = await reader.read(); !step.done; step = await reader.read())
    text += decoder.decode(step.value);
  expect(text).toMatch(/w49 .*\[DONE\]\n\n$/s);
});
