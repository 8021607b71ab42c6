import OpenAI, { BadRequestError } from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { expect, test } from "vitest";
import { z } from "zod";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

function clientOf(small: FakeModelOptions = {}) {
  const model = fakeModel({ name: "test:small", answer: "hello to you", ...small });
  const router = createRouter({ models: { small: model }, policy: always("small") });
  return { client: new OpenAI({ apiKey: "k", fetch: createHandler(router), maxRetries: 0 }), model };
}

const add = { type: "function" as const, name: "add", parameters: { type: "object" }, strict: false };
const toolCalls = [
  { id: "c1", type: "function" as const, function: { name: "add", arguments: '{"a":3}' } },
  { id: "c2", type: "function" as const, function: { name: "add", arguments: "{}" } },
];

test("an answer comes as a response, with the settings of the request", async () => {
  const { client, model } = clientOf();
  const response = await client.responses.create({
    model: "auto",
    instructions: "Be brief.",
    input: [
      { role: "user", content: "Say hello." },
      { role: "assistant", content: "Hello." },
      { role: "user", content: [{ type: "input_text", text: "Again." }] },
    ],
    max_output_tokens: 50,
    reasoning: { effort: "low" },
    store: false,
  });
  expect(response.output_text).toBe("hello to you");
  expect(response).toMatchObject({ status: "completed", max_output_tokens: 50, usage: { output_tokens: 3 } });
  expect(model.requests).toEqual([
    {
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: "Say hello." }] },
        { role: "assistant", content: "Hello." },
        { role: "user", content: [{ type: "text", text: "Again." }] },
      ],
      max_completion_tokens: 50,
      reasoning_effort: "low",
    },
  ]);
});

test("a streamed response has its events in order, and the helper builds the same response", async () => {
  const { client } = clientOf();
  const types: string[] = [];
  const numbers: number[] = [];
  const stream = await client.responses.create({ model: "auto", input: "Say hello.", stream: true });
  for await (const event of stream) {
    types.push(event.type);
    numbers.push(event.sequence_number);
  }
  expect(types).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  expect(numbers).toEqual(types.map((_, at) => at));
  const built = await client.responses.stream({ model: "auto", input: "Say hello." }).finalResponse();
  expect(built.output_text).toBe("hello to you");
});

test("tools are called and their results come back, whole and streamed", async () => {
  const { client, model } = clientOf({
    answer: ({ messages }) =>
      messages.some(({ role }) => role === "tool") ? "seven" : { text: "I add.", toolCalls },
    capabilities: { tools: true },
  });
  const asked = { model: "auto", input: "Add 3.", tools: [add] };
  const whole = await client.responses.create(asked);
  const streamed = await client.responses.stream(asked).finalResponse();
  for (const { output } of [whole, streamed])
    expect(output).toMatchObject([
      { type: "message", content: [{ type: "output_text", text: "I add." }] },
      { type: "function_call", call_id: "c1", name: "add", arguments: '{"a":3}' },
      { type: "function_call", call_id: "c2", name: "add", arguments: "{}" },
    ]);
  const end = await client.responses.create({
    ...asked,
    input: [
      { role: "user", content: "Add 3." },
      ...(whole.output as OpenAI.Responses.ResponseInputItem[]),
      { type: "function_call_output", call_id: "c1", output: "7" },
      { type: "function_call_output", call_id: "c2", output: "0" },
    ],
  });
  expect(end.output_text).toBe("seven");
  expect(model.requests.at(-1)?.messages).toMatchObject([
    { role: "user" },
    { role: "assistant", content: "I add.", tool_calls: [{ id: "c1" }, { id: "c2" }] },
    { role: "tool", tool_call_id: "c1" },
    { role: "tool", tool_call_id: "c2" },
  ]);
});

test("an answer in a format is parsed by the client", async () => {
  const { client } = clientOf({ answer: '{"greeting":"hi"}', capabilities: { jsonSchema: true } });
  const format = zodTextFormat(z.object({ greeting: z.string() }), "greeting");
  const parsed = await client.responses.parse({ model: "auto", input: "Say hello.", text: { format } });
  expect(parsed.output_parsed).toEqual({ greeting: "hi" });
});

test.each([
  [{ previous_response_id: "resp_1" }, "previous_response_id"],
  [{ conversation: "conv_1" }, "conversation"],
  [{ background: true }, "background"],
  [{ tools: [{ type: "web_search" as const }] }, "tools[0] is of the type web_search"],
  [{ input: [{ type: "item_reference" as const, id: "x" }] }, "input[0].type"],
])("what needs a provider's state or tools is refused by name: %j", async (given, field) => {
  const { client } = clientOf();
  const asking = client.responses.create({ model: "auto", input: "Hi.", ...given });
  await expect(asking).rejects.toThrow(field);
  await expect(asking).rejects.toBeInstanceOf(BadRequestError);
});
