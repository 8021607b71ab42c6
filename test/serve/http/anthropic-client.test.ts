import Anthropic, { APIError, NotFoundError, RateLimitError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, ProviderError, type Router } from "../../../src/index.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

const tools = [{ name: "add", input_schema: { type: "object" as const } }];
const ask = { model: "auto", max_tokens: 100, messages: [{ role: "user" as const, content: "Say hello." }] };

function clientOf(small: FakeModelOptions = {}, options: HandlerOptions = {}) {
  const model = fakeModel({ name: "test:small", answer: "hello to you", ...small });
  const router = createRouter({
    models: { small: model },
    policy: always("small"),
    execution: { retries: 0 },
  });
  const handler = createHandler(router as unknown as Router, options);
  return { client: new Anthropic({ apiKey: "a-key", fetch: handler, maxRetries: 0 }), model };
}

test("an answer comes through Anthropic's client without a socket", async () => {
  const { client, model } = clientOf();
  const answer = await client.messages.create({
    ...ask,
    system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
    thinking: { type: "adaptive" },
  });
  expect(answer.content).toEqual([{ type: "text", text: "hello to you" }]);
  expect(answer).toMatchObject({ model: "auto", stop_reason: "end_turn", usage: { output_tokens: 3 } });
  expect(model.requests).toEqual([
    {
      messages: [
        { role: "system", content: [{ type: "text", text: "Be brief." }] },
        { role: "user", content: [{ type: "text", text: "Say hello." }] },
      ],
      max_completion_tokens: 100,
    },
  ]);
});

test("a streamed message has its blocks, input tokens at the start and a stop reason", async () => {
  const { client } = clientOf();
  const stream = client.messages.stream(ask);
  const types: string[] = [];
  stream.on("streamEvent", ({ type }) => types.push(type));
  const message = await stream.finalMessage();
  expect(message.content).toMatchObject([{ type: "text", text: "hello to you" }]);
  expect(message.stop_reason).toBe("end_turn");
  expect(message.usage.output_tokens).toBe(3);
  expect(types[0]).toBe("message_start");
  expect(types.at(-1)).toBe("message_stop");
});

test("tools are called and their results come back, whole and streamed", async () => {
  const toolCalls = [
    { id: "c1", type: "function" as const, function: { name: "add", arguments: '{"a":3}' } },
    { id: "c2", type: "function" as const, function: { name: "add", arguments: "{}" } },
  ];
  const { client, model } = clientOf({
    answer: ({ messages }) =>
      messages.some(({ role }) => role === "tool") ? "seven" : { text: "I add.", toolCalls },
    capabilities: { tools: true },
  });
  const asked = { ...ask, tools };
  const expected = [
    { type: "text", text: "I add." },
    { type: "tool_use", id: "c1", name: "add", input: { a: 3 } },
    { type: "tool_use", id: "c2", name: "add", input: {} },
  ];
  const whole = await client.messages.create(asked);
  expect(whole).toMatchObject({ content: expected, stop_reason: "tool_use" });
  const streamed = await client.messages.stream(asked).finalMessage();
  expect(streamed).toMatchObject({ content: expected, stop_reason: "tool_use" });
  const end = await client.messages.create({
    ...asked,
    messages: [
      ...ask.messages,
      { role: "assistant", content: whole.content },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "c1", content: "7" },
          { type: "tool_result", tool_use_id: "c2", content: [{ type: "text", text: "0" }], is_error: true },
          { type: "text", text: "And?" },
        ],
      },
    ],
  });
  expect(end.content).toMatchObject([{ type: "text", text: "seven" }]);
  expect(model.requests.at(-1)?.messages.map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "tool",
    "tool",
    "user",
  ]);
});

test("thinking goes back to the model that wrote it, and to no other", async () => {
  const thinking = [{ type: "thinking", thinking: "3 + 4", signature: "s1" }];
  const model = fakeModel({ name: "test:small" });
  const generate = model.generate.bind(model);
  Object.assign(model, {
    async generate(...given: Parameters<typeof generate>) {
      const answer = await generate(...given);
      Object.assign(answer.choices[0]?.message ?? {}, {
        thinking_blocks: thinking,
        written_by: "test:small",
      });
      return answer;
    },
  });
  const { client: own } = clientOfModel(model);
  const first = await own.messages.create(ask);
  expect(first.content[0]).toMatchObject({ type: "thinking", thinking: "3 + 4" });
  const foreign = { type: "thinking" as const, thinking: "other", signature: "of another server" };
  await own.messages.create({
    ...ask,
    messages: [
      ...ask.messages,
      { role: "assistant", content: [foreign, ...first.content] },
      { role: "user", content: "Go on." },
    ],
  });
  expect(model.requests.at(-1)?.messages[1]).toMatchObject({
    thinking_blocks: thinking,
    written_by: "test:small",
  });
});

function clientOfModel(model: ReturnType<typeof fakeModel>) {
  const router = createRouter({ models: { small: model }, policy: always("small") });
  const handler = createHandler(router);
  return { client: new Anthropic({ apiKey: "a-key", fetch: handler, maxRetries: 0 }) };
}

test("failures have the classes of the client", async () => {
  const error = new ProviderError({ kind: "rate-limit", model: "test:small" });
  await expect(clientOf({ error }).client.messages.create(ask)).rejects.toBeInstanceOf(RateLimitError);
  const { client } = clientOf({}, { unknownModel: "error" });
  await expect(client.messages.create({ ...ask, model: "claude-9" })).rejects.toBeInstanceOf(NotFoundError);
  const late = new ProviderError({ kind: "server", model: "test:small" });
  const broken = clientOf({ error: late, piecesBeforeError: 1 }).client.messages.stream(ask);
  await expect(broken.finalMessage()).rejects.toBeInstanceOf(APIError);
});

test("tokens are counted without a call", async () => {
  const { client, model } = clientOf();
  const { messages } = ask;
  expect((await client.messages.countTokens({ model: "auto", messages })).input_tokens).toBeGreaterThan(2);
  expect(model.requests).toEqual([]);
});

test("its tool runner, which asks for a thread, goes on without one", async () => {
  const toolCalls = [
    { id: "c1", type: "function" as const, function: { name: "add", arguments: '{"a":3}' } },
  ];
  const { client, model } = clientOf({
    answer: ({ messages }) => (messages.at(-1)?.role === "tool" ? "done" : { toolCalls }),
  });
  const asked: unknown[] = [];
  const runner = client.beta.messages.toolRunner({
    ...ask,
    tools: [
      {
        name: "add",
        description: "Adds.",
        input_schema: { type: "object" as const, properties: { a: { type: "number" } } },
        parse: (input: unknown) => input,
        run: (input: unknown) => {
          asked.push(input);
          return "3";
        },
      },
    ] as never,
  });
  const last = await runner;
  expect(asked).toEqual([{ a: 3 }]);
  expect(last.content).toMatchObject([{ type: "text", text: "done" }]);
  expect(model.requests).toHaveLength(2);
});

test("a thread is refused with what the client goes on by", async () => {
  const { client } = clientOf();
  const body = { ...ask, thread: { type: "create" } };
  const error = await client.messages.create(body as never).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    status: 400,
    error: {
      type: "error",
      error: {
        type: "invalid_request_error",
        details: { error_code: "thread_unsupported_request", unsupported: ["thread"] },
      },
    },
  });
});
