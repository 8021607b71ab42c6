import { inspect } from "node:util";
import Anthropic, { BadRequestError } from "@anthropic-ai/sdk";
import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type RouterEvent } from "../../../src/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { type RawAnswer, serveRaw } from "../../support/serve-raw.ts";

const answer =
  '{"id":"msg_1", "type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"hi","citations":null}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":12345678901234,"output_tokens":2,"speed":"standard"},"container":null}';
const events = [
  '{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}}',
  '{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}',
  '{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}',
  '{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sig"}}',
  '{"type":"content_block_stop","index":0}',
  '{"type":"ping"}',
  '{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}',
  '{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"hi"}, "new_field":1.0}',
  '{"type":"content_block_stop","index":1}',
  '{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":7}}',
  '{"type":"message_stop"}',
];
const sse = events.map((data) => `event: ${JSON.parse(data).type}\ndata: ${data}\n\n`).join("");
const stream: RawAnswer = { status: 200, type: "text/event-stream", text: sse };

async function served(given: RawAnswer | readonly RawAnswer[], options: HandlerOptions = {}) {
  const server = await serveRaw(given);
  onTestFinished(server.close);
  const heard: RouterEvent[] = [];
  const router = createRouter({
    models: { large: anthropic("claude-sonnet-5-5", { baseUrl: server.url, apiKey: "own-key" }) },
    policy: always("large"),
    execution: { retries: 0 },
    onEvent: (event) => void heard.push(event),
  });
  const handler = createHandler(router, options as never);
  const post = (text: string, headers: Record<string, string> = {}) =>
    handler("http://x/v1/messages?beta=true", {
      method: "POST",
      body: text,
      headers: { "content-type": "application/json", authorization: "Bearer client", ...headers },
    });
  return { ...server, router, handler, post, heard };
}

const written =
  '{ "stream": false, "model":"large","max_tokens":100,"system":[{"type":"text","text":"A","cache_control":{"type":"ephemeral"}},{"type":"text","text":"B"}],"messages":[{"role":"user","content":"n\\u0061me"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{"id":1234567890123456789,"x":1.0}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"ok"}]}],"tools":[{"name":"f","input_schema":{"type":"object"},"strict":true,"defer_loading":true}],"context_management":{"edits":[]} }';

test("a request goes as it came, with the model's name and the own key alone replaced", async () => {
  const { post, requests } = await served({ status: 200, text: answer });
  const reply = await post(written, {
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "context-management-2025-06-27",
    "x-api-key": "client-key",
    cookie: "c=1",
  });
  expect(await reply.text()).toBe(answer.replace('"claude-x"', '"large"'));
  expect(requests).toHaveLength(1);
  expect(requests[0]?.text).toBe(written.replace('"large"', '"claude-sonnet-5-5"'));
  expect(requests[0]?.headers).toMatchObject({
    authorization: "Bearer own-key",
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "context-management-2025-06-27",
  });
  expect(JSON.stringify(requests[0]?.headers)).not.toMatch(/client|cookie/);
});

test("a server's events come as they came, and are counted", async () => {
  const { post, heard } = await served(stream);
  const reply = await post(written.replace('"stream": false', '"stream": true'));
  const expected = sse
    .replace('"claude-x"', '"large"')
    .replace('"signature":"sig"', '"signature":"switchpoint.anthropic%3Aclaude-sonnet-5-5.sig"');
  expect(await reply.text()).toBe(expected);
  const done = heard.find(({ type }) => type === "request-completed");
  expect(done).toMatchObject({ usage: { inputTokens: 9, outputTokens: 7 } });
});

test("Anthropic's client reads it, and its thinking comes back with the server's signature", async () => {
  const { handler, requests } = await served([stream, stream]);
  const client = new Anthropic({ apiKey: "k", fetch: handler, maxRetries: 0 });
  const ask = { model: "large", max_tokens: 100, messages: [{ role: "user" as const, content: "Hi." }] };
  const first = await client.messages.stream(ask).finalMessage();
  expect(first.content.map(({ type }) => type)).toEqual(["thinking", "text"]);
  const foreign = { type: "thinking" as const, thinking: "other", signature: "of another" };
  await client.messages
    .stream({
      ...ask,
      messages: [
        ...ask.messages,
        { role: "assistant", content: [foreign, ...first.content] },
        { role: "user", content: "Go on." },
      ],
    })
    .finalMessage();
  expect(JSON.parse(requests[1]?.text ?? "").messages[1].content).toMatchObject([
    { type: "thinking", thinking: "Hm.", signature: "sig" },
    { type: "text", text: "hi" },
  ]);
});

test("a server's error comes byte for byte, once retries are over, and is nowhere else", async () => {
  const refusal =
    '{"type":"error", "error":{"type":"invalid_request_error","message":"thinking: secret words"}}';
  const { post, heard, handler } = await served({ status: 400, text: refusal });
  const reply = await post(written);
  expect(reply.status).toBe(400);
  expect(await reply.text()).toBe(refusal);
  expect(JSON.stringify(heard)).not.toContain('{\\"type\\":\\"error\\"');
  const client = new Anthropic({ apiKey: "k", fetch: handler, maxRetries: 0 });
  const ask = { model: "large", max_tokens: 9, messages: [{ role: "user" as const, content: "Hi." }] };
  await expect(client.messages.create(ask)).rejects.toBeInstanceOf(BadRequestError);
});

test("a server's error about the router's key is not shown", async () => {
  const refusal = '{"type":"error","error":{"type":"authentication_error","message":"bad key own-k…"}}';
  const { post } = await served({ status: 401, text: refusal });
  const reply = await post(written);
  expect(reply.status).toBe(502);
  expect(await reply.text()).not.toContain("bad key");
});

test("a model that does not speak the protocol gets the translation, also after one that does", async () => {
  const server = await serveRaw({
    status: 529,
    text: '{"type":"error","error":{"type":"overloaded_error"}}',
  });
  onTestFinished(server.close);
  const small = fakeModel({ name: "test:small", answer: "from small", capabilities: { tools: true } });
  const large = anthropic("claude-sonnet-5-5", { baseUrl: server.url, apiKey: "k" });
  const router = createRouter({
    models: { large, small },
    policy: always("large"),
    execution: { retries: 0 },
  });
  const reply = await createHandler(router)("http://x/v1/messages", {
    method: "POST",
    body: written.replace('"model":"large"', '"model":"auto"'),
  });
  expect(await reply.json()).toMatchObject({ content: [{ type: "text", text: "from small" }] });
  expect(small.requests[0]?.messages.map(({ role }) => role)).toEqual([
    "system",
    "user",
    "assistant",
    "tool",
  ]);
});

test("with the option off every request is translated", async () => {
  const { post, requests } = await served({ status: 200, text: answer }, { native: false });
  await post(written);
  expect(JSON.parse(requests[0]?.text ?? "")).not.toHaveProperty("context_management");
});

test("of a key that occurs twice only the one that was read is sent", async () => {
  const { post, requests } = await served({ status: 200, text: answer });
  await post(
    '{"model":"large","max_tokens":9,"messages":[],"messages":[{"role":"user","content":"a","content":"b"}]}',
  );
  expect(requests[0]?.text).toBe(
    '{"model":"claude-sonnet-5-5","max_tokens":9,"messages":[{"role":"user","content":"b"}]}',
  );
});

test("fields of the router, other models and another place are left out, and the model's own stay", async () => {
  const server = await serveRaw({ status: 200, text: answer });
  onTestFinished(server.close);
  const extraBody = { inference_geo: "us" };
  const own = { baseUrl: server.url, apiKey: "k" };
  const router = createRouter({
    models: {
      plain: anthropic("claude-sonnet-5-5", own),
      placed: anthropic("claude-opus-5-5", { ...own, defaults: { extraBody } }),
    },
    policy: always("plain"),
  });
  const handler = createHandler(router, { trusted: true });
  const sent = async (model: string) => {
    const text = `{"model":"${model}","session":"s","tenant":"t","labels":{"a":"b"},"maxCostUsd":1,"fallbacks":[{"model":"claude-opus-5-5"}],"inference_geo":"global","max_tokens":9,"top_k":1.0,"messages":[{"role":"user","content":"a"}]}`;
    expect((await handler("http://x/v1/messages", { method: "POST", body: text })).status).toBe(200);
    return server.requests.at(-1)?.text;
  };
  const rest = '"max_tokens":9,"top_k":1.0,"messages":[{"role":"user","content":"a"}]}';
  expect(await sent("plain")).toBe(`{"model":"claude-sonnet-5-5",${rest}`);
  expect(await sent("placed")).toBe(`{"model":"claude-opus-5-5","inference_geo":"us",${rest}`);
});

test("fast mode is reserved at its own price", async () => {
  const server = await serveRaw({ status: 200, text: answer });
  onTestFinished(server.close);
  const price = {
    usdPerMillionInputTokens: 1,
    usdPerMillionOutputTokens: 10,
    serviceTiers: { fast: { factor: 6, reserve: "asked" as const } },
  };
  const large = anthropic("claude-sonnet-5-5", { baseUrl: server.url, apiKey: "k", price });
  const handler = createHandler(createRouter({ models: { large }, policy: always("large") }));
  const post = async (speed: string) => {
    const body = `{"model":"large","speed":"${speed}","maxCostUsd":0.03,"max_tokens":1000,"messages":[{"role":"user","content":"a"}]}`;
    return (await handler("http://x/v1/messages", { method: "POST", body })).status;
  };
  expect([await post("standard"), await post("fast")]).toEqual([200, 200]);
  // The bound leaves a sixth of the output, less what the input may cost.
  const limits = server.requests.map(({ text }) => JSON.parse(text).max_tokens);
  expect(limits[0]).toBe(1_000);
  expect(limits[1]).toBeLessThan(500);
});

test("a server's status that no answer may have is not passed on", async () => {
  const { post } = await served({ status: 999, text: '{"type":"error","error":{"type":"api_error"}}' });
  const reply = await post(written);
  expect(reply.status).toBe(502);
  expect(await reply.json()).toEqual({ type: "error", error: { type: "api_error" } });
});

test("of headers that a caller gives only those of the protocol are taken", async () => {
  const { router, requests } = await served({ status: 200, text: answer });
  const text = '{"max_tokens":9,"messages":[{"role":"user","content":"a"}]}';
  const route = (headers: Record<string, string>) =>
    router.route("a", { native: { protocol: "messages", text, headers } });
  const others = [
    { authorization: "Bearer client-key" },
    { "x-api-key": "client-key" },
    { "openai-beta": "a" },
    { "anthropic-beta": "a\r\nx-other: 1" },
  ];
  for (const headers of others) {
    const error = await route(headers as never).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "invalid-option", option: "native" });
    expect(String(error)).not.toContain("client-key");
  }
  expect(requests).toHaveLength(0);
  await route({ "anthropic-beta": "a" });
  expect(requests[0]?.headers["anthropic-beta"]).toBe("a");
});

test("a text that is no JSON object is the caller's mistake, and is not quoted", async () => {
  const { router, requests, heard } = await served({ status: 200, text: answer });
  for (const text of ["my words", "null", "[]", '{"my words', '{"a":1} my words']) {
    const routed = router.route("a", { native: { protocol: "messages", text, headers: {} } });
    const error = await routed.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error)).not.toContain("my words");
    expect(inspect(error)).toMatch(/native/);
  }
  expect(requests).toHaveLength(0);
  expect(JSON.stringify(heard)).not.toMatch(/my words|breaker/);
});

test("all that a body says as text is in the facts and in the translation", async () => {
  const small = fakeModel({ name: "test:small", answer: "hi", capabilities: { tools: true } });
  const handler = createHandler(createRouter({ models: { small }, policy: always("small") }));
  const result = [
    { type: "search_result", title: "T1", source: "S1", content: [{ type: "text", text: "found" }] },
    { type: "tool_reference", tool_name: "other" },
  ];
  const source = { type: "text", media_type: "text/plain", data: "page" };
  const ask = (held: readonly object[]) =>
    handler("http://x/v1/messages", {
      method: "POST",
      body: JSON.stringify({
        model: "small",
        max_tokens: 9,
        tools: [{ name: "f", description: "D", input_schema: {}, input_examples: [{ a: 1 }] }],
        messages: [
          { role: "user", content: [{ type: "document", title: "T2", context: "C2", source }] },
          { role: "assistant", content: [{ type: "compaction", content: "before" }] },
          { role: "assistant", content: [{ type: "tool_use", id: "t", name: "f", input: {} }] },
          { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: held }] },
        ],
      }),
    });
  expect((await ask(result)).status).toBe(200);
  const { messages, tools } = small.requests[0] ?? {};
  expect(messages?.map(({ content }) => content)).toEqual([
    [{ type: "text", text: "T2\nC2\npage" }],
    "before",
    null,
    ["T1 (S1)", "found", "other"].map((text) => ({ type: "text", text })),
  ]);
  expect(JSON.stringify(tools)).toContain("D\\nExamples of its input");
  expect((await ask([{ type: "unknown", text: "x" }])).status).toBe(400);
});

test("a signature of a block that is not thinking comes and goes as it is", async () => {
  const blocks =
    '[{"type":"compaction","content":"so far","signature":"c"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"hi"}]';
  const text = answer.replace(/"content":\[.*?\]/, `"content":${blocks}`);
  const { post, requests } = await served({ status: 200, text });
  const { content } = (await (await post(written)).json()) as { content: object[] };
  expect(content).toMatchObject([
    { signature: "c" },
    { data: "switchpoint.anthropic%3Aclaude-sonnet-5-5.d" },
    {},
  ]);
  const messages = [
    { role: "assistant", content },
    { role: "user", content: "Go on." },
  ];
  await post(JSON.stringify({ model: "large", max_tokens: 9, messages }));
  expect(requests[1]?.text).toContain(blocks);
});
