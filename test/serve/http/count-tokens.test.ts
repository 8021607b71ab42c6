import { afterEach, expect, test, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Model } from "../../../src/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { type LoopbackServer, sendJson, serveWith } from "../../support/serve-with.ts";

const open: LoopbackServer[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const server of open.splice(0)) await server.close();
});

async function serve(answer: Parameters<typeof serveWith>[0]): Promise<LoopbackServer> {
  const server = await serveWith(answer);
  open.push(server);
  return server;
}

const claude = (url: string): Model => anthropic("claude-opus-4-8", { baseUrl: url, apiKey: "own-key" });
const body = {
  model: "claude-haiku-4-5",
  messages: [{ role: "user", content: "hi" }],
  tools: [{ name: "look", input_schema: { type: "object" } }],
};

interface Set {
  readonly models: Readonly<Record<string, Model>>;
  readonly policy?: string;
  readonly options?: HandlerOptions;
  readonly permits?: (id: string) => boolean;
}

async function count({ models, policy = "large", options = {}, permits = () => true }: Set) {
  const constraint = { name: "own", permits: ({ id }: { id: string }) => permits(id) || "not this one" };
  const router = createRouter({ models, policy: always(policy), constraints: [constraint] });
  const handler = createHandler(router, { unknownModel: "auto", ...options });
  const headers = {
    "content-type": "application/json",
    "anthropic-beta": "context-1m",
    "x-api-key": "client",
  };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await handler("http://localhost/v1/messages/count_tokens", init);
  return {
    status: response.status,
    tokens: ((await response.json()) as { input_tokens: number }).input_tokens,
    by: response.headers.get("x-switchpoint-count"),
  };
}

test("the provider counts where the model speaks Messages", async () => {
  const server = await serve((response) => sendJson(response, { input_tokens: 4_242 }));
  const counted = await count({ models: { small: fakeModel({ name: "small" }), large: claude(server.url) } });
  expect(counted).toEqual({ status: 200, tokens: 4_242, by: "provider of large" });
  const [asked] = server.requests;
  expect(asked?.url).toBe("/v1/messages/count_tokens");
  expect(asked?.body).toEqual({ ...body, model: "claude-opus-4-8" });
  expect(asked?.headers).toMatchObject({ authorization: "Bearer own-key", "anthropic-beta": "context-1m" });
});

test("another permitted model's provider counts where the chosen one cannot", async () => {
  const server = await serve((response) => sendJson(response, { input_tokens: 7 }));
  const models = { small: fakeModel({ name: "small" }), large: claude(server.url) };
  expect(await count({ models, policy: "small" })).toMatchObject({ tokens: 7, by: "provider of large" });
});

test("a provider that no constraint permits is not asked", async () => {
  const server = await serve((response) => sendJson(response, { input_tokens: 7 }));
  const models = { small: fakeModel({ name: "small" }), large: claude(server.url) };
  const counted = await count({ models, policy: "small", permits: (id) => id === "small" });
  expect(counted.by).toBe("estimate: no permitted model can be asked");
  expect(counted.tokens).toBeGreaterThan(0);
  expect(server.requests).toEqual([]);
});

test("nor one where requests are not passed on, or without a model that can be asked", async () => {
  const server = await serve((response) => sendJson(response, { input_tokens: 7 }));
  const off = await count({ models: { large: claude(server.url) }, options: { native: false } });
  expect(off.by).toBe("estimate: requests are not passed on as they came");
  const none = await count({ models: { large: fakeModel({ name: "large" }) } });
  expect(none.by).toBe("estimate: no model can be asked");
  expect(server.requests).toEqual([]);
});

test.each([
  ["a refusal", 400, { type: "error", error: { type: "invalid_request_error", message: "secret words" } }],
  ["a failure", 500, {}],
  ["no number", 200, { input_tokens: "many" }],
] as const)("%s of the provider is told, and the estimate is the answer", async (_, status, answer) => {
  const server = await serve((response) => sendJson(response, answer, status));
  const counted = await count({ models: { large: claude(server.url) } });
  expect(counted).toMatchObject({ status: 200, by: "estimate: provider" });
  expect(counted.tokens).toBeGreaterThan(0);
});

test("a provider that does not answer is waited for in bounds", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const server = await serve(() => {});
  const counting = count({ models: { large: claude(server.url) } });
  while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await counting).toMatchObject({ status: 200, by: "estimate: no count within 5 s" });
});
