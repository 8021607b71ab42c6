import { afterEach, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Router } from "../../../src/index.ts";
import {
  authoriseByKeys,
  createKey,
  type RunningServer,
  type ServeOptions,
  serve,
} from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Starts a server whose answers wait until `answer` is called. */
async function started(options: ServeOptions) {
  let answer: () => void = () => {};
  const told = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const model = fakeModel({
    answer: async () => {
      await told;
      return "hello";
    },
  });
  const router = createRouter({ models: { small: model }, policy: always("small") });
  server = await serve(router as unknown as Router, { port: 0, drainMs: 1_000, ...options });
  return { url: server.url, model, answer };
}

const chat = JSON.stringify({ model: "auto", max_tokens: 9, messages: [{ role: "user", content: "hi" }] });
const contents = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "hi" }] }] });

const send = (
  url: string,
  headers: Record<string, string> = {},
  path = "/v1/chat/completions",
  body = chat,
) => fetch(url + path, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

const untilAsked = async (model: { readonly requests: readonly unknown[] }, count: number) => {
  while (model.requests.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
};

const paths = [
  ["/v1/chat/completions", chat, { error: { type: "server_error", code: "overloaded" } }],
  ["/v1/responses", chat, { error: { type: "server_error", code: "overloaded" } }],
  ["/v1/messages", chat, { type: "error", error: { type: "overloaded_error" } }],
  ["/v1beta/models/small:generateContent", contents, { error: { code: 503, status: "UNAVAILABLE" } }],
] as const;

it("one request too many is refused with status 503 before its body is read, in the form of its interface", async () => {
  const { url, model, answer } = await started({ maxRequests: 2 });
  const first = [send(url), send(url)];
  await untilAsked(model, 2);
  for (const [path, , form] of paths) {
    // A body that would be refused if it was read.
    const refused = await send(url, {}, path, "[");
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("x-should-retry")).toBe("true");
    expect(await refused.json()).toMatchObject(form);
  }
  // Who only asks what is there is answered.
  expect((await fetch(`${url}/v1/models`)).status).toBe(200);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  answer();
  for (const one of await Promise.all(first)) expect(one.status).toBe(200);
  expect((await send(url)).status).toBe(200);
});

it("a key with too many requests gets status 429, and others are answered", async () => {
  const [mine, other] = [createKey({ tenant: "a" }), createKey({ tenant: "b" })];
  const authorise = authoriseByKeys([mine.record, other.record]);
  const { url, model, answer } = await started({ maxRequestsPerKey: 1, authorise });
  const first = send(url, { authorization: `Bearer ${mine.key}` });
  await untilAsked(model, 1);
  const refused = await send(url, { authorization: `Bearer ${mine.key}` });
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(await refused.json()).toMatchObject({
    error: { type: "rate_limit_error", code: "rate_limit_exceeded" },
  });
  const second = send(url, { "x-api-key": other.key }, "/v1/messages");
  await untilAsked(model, 2);
  const messages = await send(url, { "x-api-key": other.key }, "/v1/messages");
  expect([messages.status, await messages.json()]).toMatchObject([
    429,
    { type: "error", error: { type: "rate_limit_error" } },
  ]);
  answer();
  for (const one of [await first, await second]) expect(one.status).toBe(200);
  // A key that is not known takes no place of one that is.
  expect((await send(url, { authorization: "Bearer guess" })).status).toBe(401);
  expect((await send(url, { authorization: `Bearer ${mine.key}` })).status).toBe(200);
});

it("keys that nobody asks for are not counted", async () => {
  const { url, model, answer } = await started({ maxRequestsPerKey: 1 });
  const both = [send(url, { authorization: "Bearer any" }), send(url, { authorization: "Bearer any" })];
  await untilAsked(model, 2);
  answer();
  for (const one of await Promise.all(both)) expect(one.status).toBe(200);
});

it("clients that leave give their places back", async () => {
  const { url, model, answer } = await started({ maxRequests: 1 });
  for (let time = 0; time < 3; time += 1) {
    const leaving = new AbortController();
    const gone = fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: chat,
      headers: { "content-type": "application/json" },
      signal: leaving.signal,
    }).catch(() => "gone");
    await untilAsked(model, time + 1);
    leaving.abort();
    expect(await gone).toBe("gone");
    while ((server?.active ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  answer();
  expect((await send(url)).status).toBe(200);
});
