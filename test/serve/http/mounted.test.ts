import { Hono } from "hono";
import { expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

// The places that call one function with a request and something of their own beside it.

const ask = (path: string) =>
  new Request(`http://host${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: "auto",
      stream: true,
      messages: [{ role: "user", content: "Say hello." }],
    }),
  });

const handlerOf = (basePath?: string) =>
  createHandler(
    createRouter({ models: { small: fakeModel({ answer: "hello to you" }) }, policy: always("small") }),
    { basePath },
  );

test.each<[string, (request: Request) => Promise<Response> | Response, string]>([
  ["Hono, as a handler of its paths", (request) => hono().request(request), "/v1/chat/completions"],
  ["Hono, mounted below a path", (request) => mounted().request(request), "/llm/v1/chat/completions"],
  // A route of Next gets the parameters of its path as well.
  [
    "a route of Next",
    (request) => handlerOf("/api/v1")(request, { params: Promise.resolve({ path: ["x"] }) } as RequestInit),
    "/api/v1/chat/completions",
  ],
  // A worker's default export gets its bindings and its context.
  [
    "a worker",
    (request) => {
      const { fetch } = { ...handlerOf() } as { fetch: (...given: unknown[]) => Promise<Response> };
      return fetch(request, { KEY: "k", DATA: { get() {} } }, { waitUntil() {} });
    },
    "/v1/chat/completions",
  ],
])("%s passes a request on, and its stream back", async (_, send, path) => {
  const answer = await send(ask(path));
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    200,
    "text/event-stream; charset=utf-8",
  ]);
  const text = await answer.text();
  expect(text).toContain('"content":"hello ');
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
});

function hono(): Hono {
  const handler = handlerOf();
  return new Hono().all("/v1/*", (context) => handler(context.req.raw));
}

function mounted(): Hono {
  return new Hono().mount("/llm", handlerOf().fetch);
}
