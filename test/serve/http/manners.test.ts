import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Router } from "../../../src/index.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import {
  authoriseByKeys,
  createKey,
  type ServeOptions,
  serve,
} from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { toldDashboard } from "../../support/dashboard/sample-dashboard.ts";

const body = JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hi." }] });
const json = { "content-type": "application/json" };

function routerOf(): Router {
  return createRouter({ models: { small: fakeModel() }, policy: always("small") }) as unknown as Router;
}

function handlerOf(options: HandlerOptions = {}) {
  return createHandler(routerOf(), options);
}

async function started(options: ServeOptions = {}): Promise<string> {
  const server = await serve(routerOf(), { port: 0, ...options });
  onTestFinished(server.close);
  return server.url;
}

const metrics = { contentType: "text/plain", text: async () => "x 1\n", open: true } as const;

test.each(["/healthz", "/v1/models", "/v1/models/small", "/v1beta/models", "/metrics", "/dashboard", "/"])(
  "HEAD of %s is answered as GET is, without its body",
  async (path) => {
    const url = await started({ metrics, dashboard: toldDashboard() });
    const [got, head] = [await fetch(url + path), await fetch(url + path, { method: "HEAD" })];
    const length = String((await got.arrayBuffer()).byteLength);
    expect([head.status, await head.text()]).toEqual([200, ""]);
    // Agents look for a server by HEAD / : a handler within an application answers that, and has no page.
    if (path === "/") return;
    expect(got.headers.get("content-length")).toBe(length);
    for (const name of ["content-length", "content-type"])
      expect([name, head.headers.get(name)]).toEqual([name, got.headers.get(name)]);
  },
);

test("HEAD opens no stream that stays open, and knows who may read", async () => {
  const dashboard = toldDashboard();
  const { key, record } = createKey();
  const url = await started({ dashboard, authorise: authoriseByKeys([record]) });
  for (let at = 0; at < 30; at += 1) {
    const head = await fetch(`${url}/dashboard/events/1h`, {
      method: "HEAD",
      headers: { authorization: `Bearer ${key}` },
    });
    expect(head.status).toBe(200);
  }
  const refused = await fetch(`${url}/v1/models`, { method: "HEAD" });
  expect([refused.status, await refused.text()]).toEqual([401, ""]);
  const handler = handlerOf({ authorise: () => undefined });
  const answer = await handler("/v1/models", { method: "HEAD" });
  expect([answer.status, await answer.text()]).toEqual([401, ""]);
  expect(handler.serves("/v1/models", { method: "HEAD" })).toBe(true);
  expect(handler.serves("/v1/messages", { method: "HEAD" })).toBe(false);
  expect(handler.serves("/", { method: "GET" })).toBe(false);
});

test("a wrong method or type is the sender's error in the words of each interface", async () => {
  const handler = handlerOf();
  const read = async (path: string, init: RequestInit) => {
    const answer = await handler(path, init);
    return [answer.status, answer.headers.get("allow"), ((await answer.json()) as { error: object }).error];
  };
  const wrong = { method: "DELETE" };
  expect(await read("/v1/chat/completions", wrong)).toMatchObject([
    405,
    "POST, OPTIONS",
    { type: "invalid_request_error", code: "method_not_allowed" },
  ]);
  expect(await read("/v1/models", wrong)).toMatchObject([405, "GET, HEAD, OPTIONS", {}]);
  const ofAnthropic = { "anthropic-version": "2023-06-01" };
  expect(await read("/v1/messages", { ...wrong, headers: ofAnthropic })).toMatchObject([
    405,
    "POST, OPTIONS",
    { type: "invalid_request_error" },
  ]);
  const ofGoogle = { "x-goog-api-key": "k" };
  expect(await read("/v1beta/models/m:generateContent", { ...wrong, headers: ofGoogle })).toMatchObject([
    405,
    "POST, GET, HEAD, OPTIONS",
    { status: "INVALID_ARGUMENT" },
  ]);
  const typed = { method: "POST", body, headers: { "content-type": "text/plain" } };
  expect(await read("/v1/responses", typed)).toMatchObject([415, null, { type: "invalid_request_error" }]);
  expect(await read("/v1/messages", typed)).toMatchObject([415, null, { type: "invalid_request_error" }]);
});

test.each([
  ["/v1/v1/messages", "/v1/messages"],
  ["//v1/models", "/v1/models"],
  ["/v1/messages/v1/messages", "/v1/messages"],
  ["/v1/chat/completions/chat/completions", "/chat/completions"],
  ["/v1beta/v1beta/models/m:generateContent", "/v1beta/models/"],
  ["/api/openai/v1/responses", "/v1/responses"],
])("%s says that its end is %s", async (path, meant) => {
  const url = await started();
  for (const method of ["POST", "OPTIONS"]) {
    const answer = await fetch(url + path, { method, headers: json, ...(method === "POST" && { body }) });
    expect(answer.status).toBe(404);
    const message = `there is nothing at this path; the end of it is ${meant}: take what is before that out of the client's base address`;
    expect(await answer.json()).toMatchObject({ error: { message } });
  }
});

test("a hint quotes nothing, and takes no time for many parts", async () => {
  const handler = handlerOf();
  const answer = await handler(`/${"<b>/".repeat(3_000)}v1/models`);
  expect(await answer.json()).toMatchObject({ error: { message: "there is nothing at this path" } });
});

const app = "https://app.example";
const preflight = {
  method: "OPTIONS",
  headers: {
    origin: app,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization, content-type",
    "access-control-request-private-network": "true",
  },
};
const ofCors = (answer: Response) =>
  Object.fromEntries([...answer.headers].filter(([name]) => /^access-control|^vary|^allow/.test(name)));

test("without the option no page of another origin may read anything", async () => {
  const handler = handlerOf();
  const asked = await handler("/v1/chat/completions", preflight);
  expect([asked.status, ofCors(asked)]).toEqual([204, { allow: "POST, OPTIONS" }]);
  const sent = await handler("/v1/chat/completions", {
    method: "POST",
    body,
    headers: { ...json, origin: app },
  });
  expect([sent.status, ofCors(sent)]).toEqual([200, {}]);
});

test("pages of origins that are named may send and read, errors too; no page reads what shows the server", async () => {
  const { key, record } = createKey();
  const options = { cors: [app], authorise: authoriseByKeys([record]), metrics, dashboard: toldDashboard() };
  const url = await started(options);
  const asked = await fetch(`${url}/v1/chat/completions`, preflight);
  expect([asked.status, ofCors(asked)]).toEqual([
    204,
    {
      allow: "POST, OPTIONS",
      vary: "origin",
      "access-control-allow-origin": app,
      "access-control-allow-methods": "POST, OPTIONS",
      "access-control-allow-headers": "authorization, content-type",
      "access-control-allow-private-network": "true",
      "access-control-expose-headers": expect.stringContaining("x-switchpoint-model"),
      "access-control-max-age": "600",
    },
  ]);
  const send = (origin: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/v1/chat/completions`, { method: "POST", body, headers: { ...json, origin, ...headers } });
  const allowed = async (sent: Promise<Response>) => {
    const answer = await sent;
    await answer.arrayBuffer();
    return [answer.status, answer.headers.get("access-control-allow-origin"), answer.headers.get("vary")];
  };
  expect(await allowed(send(app, { authorization: `Bearer ${key}` }))).toEqual([200, app, "origin"]);
  expect(await allowed(send(app))).toEqual([401, app, "origin"]);
  expect(await allowed(send("https://evil.example"))).toEqual([401, null, "origin"]);
  const odd = { ...preflight.headers, "access-control-request-headers": "x\u00e4, y: z" };
  expect(
    ofCors(await handlerOf({ cors: [app] })("/v1/models", { method: "OPTIONS", headers: odd })),
  ).not.toHaveProperty("access-control-allow-headers");
  for (const path of ["/dashboard", "/metrics", "/dashboard/events/1h", "/"]) {
    const answer = await fetch(url + path, { headers: { origin: app } });
    await answer.body?.cancel();
    expect([path, ofCors(answer)]).toEqual([path, {}]);
  }
});

test("a named origin may send to this machine without a key, and others still may not", async () => {
  const url = await started({ cors: [app] });
  const status = async (origin: string) =>
    (await fetch(`${url}/v1/chat/completions`, { method: "POST", body, headers: { ...json, origin } }))
      .status;
  expect([await status(app), await status("https://evil.example")]).toEqual([200, 403]);
});

test.each([
  "https://app.example/",
  "app.example",
  "https://App.example",
  "https://app.example:443",
  "null",
  "",
  5,
])("an origin that no browser sends is refused: %s", (origin) =>
  expect(() => handlerOf({ cors: [origin as string] })).toThrow("createHandler.cors[0]"),
);

test("any origin is for servers that ask for keys", () => {
  expect(() => handlerOf({ cors: ["*"] })).toThrow("createHandler.cors");
  expect(() => handlerOf({ cors: ["*"], authorise: () => ({}) })).not.toThrow();
  expect(() => handlerOf({ cors: ["vscode-webview://1a2b", "http://[::1]:3000"] })).not.toThrow();
});
