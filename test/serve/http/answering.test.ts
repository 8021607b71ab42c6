import { expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Router } from "../../../src/index.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

const ofAnthropic = { "anthropic-version": "2023-06-01" };

function handlerOf(options: HandlerOptions = {}, given: FakeModelOptions = {}) {
  const router = createRouter({ models: { small: fakeModel(given) }, policy: always("small") });
  const sessions: (string | undefined)[] = [];
  const watched: Router = Object.assign(Object.create(router as unknown as Router), {
    route: (request: { session?: string }, options_: object) => {
      sessions.push(request.session);
      return (router as unknown as Router).route(request as never, options_);
    },
  });
  const handler = createHandler(watched, options);
  const post = (path: string, body: object, headers = {}) =>
    handler(path, { method: "POST", body: JSON.stringify(body), headers });
  return { handler, post, sessions };
}

test("models and errors have the shape of the client that asks", async () => {
  const { handler } = handlerOf({ routes: { "claude-auto": {} } });
  expect(await (await handler("/v1/models?limit=1000", { headers: ofAnthropic })).json()).toEqual({
    data: ["auto", "claude-auto", "small", "model"].map((id) => ({
      type: "model",
      id,
      display_name: id,
      created_at: "1970-01-01T00:00:00Z",
      max_input_tokens: null,
      max_tokens: null,
      capabilities: null,
    })),
    has_more: false,
    first_id: "auto",
    last_id: "model",
  });
  expect(await (await handler("/v1/models/small")).json()).toMatchObject({ id: "small", object: "model" });
  const lost = await handler("/v1/nothing", { headers: ofAnthropic });
  expect(lost.status).toBe(404);
  expect(await lost.json()).toEqual({
    type: "error",
    error: { type: "not_found_error", message: "there is nothing at this path" },
  });
  expect(await (await handler("/v1/nothing")).json()).toMatchObject({ error: { code: "not_found" } });
});

test("every answer names its request, errors too", async () => {
  const { handler, post } = handlerOf();
  const answers = [await handler("/healthz"), await handler("/nothing"), await post("/v1/messages", {})];
  const ids = answers.map(({ headers }) => headers.get("request-id"));
  expect(new Set(ids).size).toBe(3);
  for (const { headers } of answers) expect(headers.get("x-request-id")).toMatch(/^req_/);
});

test("a conversation without a session has one by how it begins", async () => {
  const turns = (text: string, mark: object = {}) => ({
    model: "auto",
    max_tokens: 9,
    system: [{ type: "text", text: "Be brief.", ...mark }],
    messages: [{ role: "user", content: [{ type: "text", text, ...mark }] }],
  });
  const later = (first: ReturnType<typeof turns>) => ({
    ...first,
    messages: [...first.messages, { role: "assistant", content: "ok" }, { role: "user", content: "More." }],
  });
  const { post, sessions } = handlerOf({
    authorise: ({ headers }) => ({ tenant: headers.get("x-t") ?? "a" }),
  });
  const marked = { cache_control: { type: "ephemeral" } };
  await post("/v1/messages", turns("Hello."));
  await post("/v1/messages", later(turns("Hello.", marked)));
  await post("/v1/messages", turns("Another."));
  await post("/v1/messages", turns("Hello."), { "x-t": "b" });
  await post("/v1/messages", turns("Hello."), { "session-id": "mine" });
  await post("/v1/responses", { model: "auto", input: "Hello." });
  await post("/v1/chat/completions", { model: "auto", messages: [{ role: "user", content: "Hello." }] });
  await post("/v1/chat/completions", {
    model: "auto",
    messages: [
      { role: "user", content: "Hello." },
      { role: "assistant", content: "ok" },
      { role: "user", content: "More." },
    ],
  });
  await post("/v1/chat/completions", {
    model: "auto",
    user: "u",
    messages: [{ role: "user", content: "Hello." }],
  });
  await post("/v1/chat/completions", {
    model: "auto",
    session: "own",
    messages: [{ role: "user", content: "Hello." }],
  });
  const [first, second, other, ofOther, named, response, chat, laterChat, ofUser, own] = sessions;
  expect(first).toMatch(/^inferred-[0-9a-f]{64}$/);
  expect(second).toBe(first);
  expect(new Set([first, other, ofOther, response]).size).toBe(4);
  expect([named, own]).toEqual(["mine", "own"]);
  expect(chat).toMatch(/^inferred-[0-9a-f]{64}$/);
  expect([laterChat === chat, ofUser === chat]).toEqual([true, false]);
  const off = handlerOf({ inferSession: false });
  await off.post("/v1/messages", turns("Hello."));
  await off.post("/v1/chat/completions", { model: "auto", messages: [{ role: "user", content: "Hello." }] });
  expect(off.sessions).toEqual([undefined, undefined]);
});

test("embeddings go to the configured server with its own key, and nothing else does", async () => {
  const sent: { url: string; init: RequestInit }[] = [];
  let answer = () => new Response('{"data":[]}', { headers: { "content-type": "application/json" } });
  const upstream = {
    baseUrl: "https://up.example/v1/",
    apiKey: "up-key",
    maxAnswerBytes: 100,
    fetch: (async (url: string, init: RequestInit) => {
      sent.push({ url, init });
      return answer();
    }) as typeof fetch,
  };
  const { post, handler } = handlerOf({ upstream });
  const body = { model: "e", input: 12345678901234567890n.toString() };
  const key = { authorization: "Bearer of-the-client", cookie: "a=b" };
  const reply = await post("/v1/embeddings", body, key);
  expect([reply.status, await reply.text()]).toEqual([200, '{"data":[]}']);
  expect(sent[0]?.url).toBe("https://up.example/v1/embeddings");
  expect(sent[0]?.init).toMatchObject({ body: JSON.stringify(body), redirect: "manual" });
  expect(sent[0]?.init.headers).toEqual({
    "content-type": "application/json",
    authorization: "Bearer up-key",
  });
  expect((await handler("/v1/files")).status).toBe(404);
  expect((await handler("/v1/embeddings")).status).toBe(405);
  answer = () => new Response(null, { status: 302, headers: { location: "https://evil.example" } });
  expect((await post("/v1/embeddings", body)).status).toBe(502);
  answer = () => new Response("no", { status: 401 });
  expect((await post("/v1/embeddings", body)).status).toBe(502);
  answer = () => new Response('{"error":{}}', { status: 400 });
  expect((await post("/v1/embeddings", body)).status).toBe(400);
  answer = () => new Response("x".repeat(101));
  await expect((await post("/v1/embeddings", body)).text()).rejects.toThrow();
  expect(sent).toHaveLength(5);
  expect((await handlerOf().post("/v1/embeddings", body)).status).toBe(404);
});

test.each([
  [{ baseUrl: "file:///etc" }, "baseUrl"],
  [{ baseUrl: "https://u:p@h/v1" }, "baseUrl"],
  [{ baseUrl: "https://h/v1", paths: ["/../x"] }, "paths[0]"],
  [{ baseUrl: "https://h/v1", paths: ["/chat/completions"] }, "paths[0]"],
  [{ baseUrl: "https://h/v1", apiKey: "a\r\nb" }, "apiKey"],
])("an upstream such as %j is refused", (upstream, option) => {
  expect(() => handlerOf({ upstream })).toThrow(`createHandler.upstream.${option}`);
});

test("streamed thinking keeps its signature, though its writer is named in the first delta alone", async () => {
  const chunkOf = (delta: object, finish: string | null = null) => ({
    id: "c",
    object: "chat.completion.chunk" as const,
    created: 0,
    model: "m",
    choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
  });
  const base = fakeModel();
  const model = {
    ...base,
    async *stream() {
      const thinking = (text: string, signature: string) => [{ type: "thinking", thinking: text, signature }];
      yield chunkOf({ thinking_blocks: thinking("3 +", "s1"), written_by: "anthropic:m" });
      yield chunkOf({ thinking_blocks: thinking("4", "s2") });
      yield chunkOf({ content: "7" });
      yield chunkOf({}, "stop");
    },
  };
  const router = createRouter({
    models: { small: model as unknown as typeof base },
    policy: always("small"),
  });
  const handler = createHandler(router);
  const reply = await handler("/v1/messages", {
    method: "POST",
    body: JSON.stringify({ max_tokens: 9, stream: true, messages: [{ role: "user", content: "3 + 4?" }] }),
  });
  const events = (await reply.text()).split("\n").flatMap((line) => {
    const data = line.startsWith("data: ") ? JSON.parse(line.slice(6)) : {};
    return data.delta?.type === "signature_delta" ? [data.delta.signature] : [];
  });
  expect(events).toEqual(["switchpoint.anthropic%3Am.s1", "switchpoint.anthropic%3Am.s2"]);
});
