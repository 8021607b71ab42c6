import {
  AIMessage,
  type AIMessageChunk,
  HumanMessage,
  SystemMessage,
  type ToolMessage,
} from "@langchain/core/messages";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { tool } from "@langchain/core/tools";
import { expect, test } from "vitest";
import { z } from "zod";
import { always } from "../../../../policies/index.ts";
import type { ChatRequest, Model } from "../../../../src/contracts/index.ts";
import { createRouter, InvalidOptionError } from "../../../../src/index.ts";
import { ChatRouter } from "../../../../src/serve/clients/langchain/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../../src/testing/index.ts";

const small = (options: FakeModelOptions = {}) => fakeModel({ model: "small-1", ...options });
const routerOf = (model: Model) => createRouter({ models: { small: model }, policy: always("small") });
const chatOf = (model: Model) => new ChatRouter({ router: routerOf(model) });
const call = (id: string, name: string, args: object) => ({
  id,
  type: "function" as const,
  function: { name, arguments: JSON.stringify(args) },
});
const weather = tool(async ({ city }) => `warm in ${city}`, {
  name: "weather",
  description: "Weather of a city",
  schema: z.object({ city: z.string() }),
});

test("a model answers with usage, the model that answered, and the decision", async () => {
  const usage = { inputTokens: 100, outputTokens: 30, cachedInputTokens: 60, reasoningTokens: 10 };
  const model = small({ answer: "Hello there.", usage });
  const chat = chatOf(model);
  const answer = await chat.invoke([new SystemMessage("Be short."), new HumanMessage("Say hello.")], {
    temperature: 0.2,
    maxTokens: 50,
    stop: ["END"],
  });
  expect(answer.text).toBe("Hello there.");
  expect(answer.usage_metadata).toEqual({
    input_tokens: 100,
    output_tokens: 30,
    total_tokens: 130,
    input_token_details: { cache_read: 60 },
    output_token_details: { reasoning: 10 },
  });
  expect(answer.response_metadata).toMatchObject({
    model_name: "small-1",
    finish_reason: "stop",
    switchpoint: { model: "small" },
  });
  expect(model.requests).toMatchObject([
    {
      messages: [
        { role: "system", content: "Be short." },
        { role: "user", content: "Say hello." },
      ],
      temperature: 0.2,
      max_completion_tokens: 50,
      stop: ["END"],
    },
  ]);
});

test("a stream delivers the pieces, tells callbacks of each, and ends with usage", async () => {
  const chat = chatOf(small({ answer: "one two three" }));
  const tokens: string[] = [];
  const callbacks = [{ handleLLMNewToken: (token: string) => void tokens.push(token) }];
  const chunks: AIMessageChunk[] = [];
  const pieces: string[] = [];
  for await (const chunk of await chat.stream("Count.", { callbacks })) {
    if (chunk.text !== "") pieces.push(chunk.text);
    chunks.push(chunk);
  }
  expect(pieces).toEqual(["one ", "two ", "three"]);
  expect(tokens).toEqual(pieces);
  const whole: AIMessageChunk = chunks.reduce((joined, chunk) => joined.concat(chunk));
  expect(whole.usage_metadata).toMatchObject({ input_tokens: expect.any(Number) });
  expect(whole.response_metadata).toMatchObject({ model_name: "small-1" });
});

test.each([false, true])("tools are called both ways (streamed: %s)", async (streamed) => {
  const answer = ({ messages }: ChatRequest) =>
    messages.some(({ role }) => role === "tool")
      ? "It is warm."
      : { toolCalls: [call("call_1", "weather", { city: "Bruges" })] };
  const model = small({ answer });
  const chat = chatOf(model).bindTools([weather], { tool_choice: "any" });
  const question = new HumanMessage("Weather in Bruges?");
  let asked = await chat.invoke([question]);
  if (streamed) {
    let joined: AIMessageChunk | undefined;
    for await (const chunk of await chat.stream([question])) joined = joined?.concat(chunk) ?? chunk;
    asked = joined as AIMessageChunk;
  }
  expect(asked.tool_calls).toMatchObject([{ id: "call_1", name: "weather", args: { city: "Bruges" } }]);
  const [first] = asked.tool_calls ?? [];
  if (first === undefined) expect.unreachable();
  const result: ToolMessage = await weather.invoke({ ...first, type: "tool_call" });
  expect((await chat.invoke([question, asked, result])).text).toBe("It is warm.");
  expect(model.requests[0]).toMatchObject({
    tools: [{ type: "function", function: { name: "weather" } }],
    tool_choice: "required",
  });
  expect(model.requests.at(-1)?.messages.slice(1)).toEqual([
    { role: "assistant", content: null, tool_calls: [call("call_1", "weather", { city: "Bruges" })] },
    { role: "tool", content: "warm in Bruges", tool_call_id: "call_1" },
  ]);
});

test("a call of a custom tool has its text as one argument, also streamed", async () => {
  const piece = (given: object, finish_reason: "tool_calls" | null = null) => ({
    id: "1",
    object: "chat.completion.chunk" as const,
    created: 1,
    model: "m",
    choices: [{ index: 0, delta: given, finish_reason }],
  });
  const model: Model = {
    ...small(),
    async *stream() {
      yield piece({ tool_calls: [{ index: 0, id: "c", custom: { name: "patch", input: "- " } }] });
      yield piece({ tool_calls: [{ index: 0, custom: { input: "line" } }] });
      yield piece({}, "tool_calls");
    },
  };
  let all: AIMessageChunk | undefined;
  for await (const chunk of await chatOf(model).stream("Change it."))
    all = all === undefined ? chunk : all.concat(chunk);
  expect(all?.tool_calls).toMatchObject([{ id: "c", name: "patch", args: { input: "- line" } }]);
});

test("arguments that are not JSON are invalid calls, and break nothing", async () => {
  const broken = { id: "c", type: "function" as const, function: { name: "weather", arguments: "{city" } };
  const answer = await chatOf(small({ answer: { toolCalls: [broken] } })).invoke("x");
  expect(answer.invalid_tool_calls).toMatchObject([{ id: "c", name: "weather", args: "{city" }]);
});

test.each([
  ["jsonSchema", '{"city":"Ghent"}'],
  ["functionCalling", { toolCalls: [call("c1", "output", { city: "Ghent" })] }],
] as const)("structured output comes as an object, in a chain, by %s", async (method, answer) => {
  const model = small({
    answer: answer as FakeModelOptions["answer"],
    capabilities: { tools: true, jsonSchema: true },
  });
  const schema = z.object({ city: z.string() });
  const chat = chatOf(model).withStructuredOutput(schema, { method, name: "output" });
  const chain = ChatPromptTemplate.fromMessages([["human", "Name a city of {country}."]]).pipe(chat);
  expect(await chain.invoke({ country: "Belgium" })).toEqual({ city: "Ghent" });
  expect(model.requests[0]?.messages).toEqual([{ role: "user", content: "Name a city of Belgium." }]);
  expect(model.requests[0]?.tools?.length).toBe(method === "functionCalling" ? 1 : undefined);
});

test("structured output sends the JSON Schema as response format, by default and strictly where it can be", async () => {
  const model = small({ answer: '{"city":7}', capabilities: { jsonSchema: true } });
  const schema = z.object({ city: z.string() });
  await expect(chatOf(model).withStructuredOutput(schema).invoke("Name a city.")).rejects.toThrow(/parse/);
  expect(model.requests[0]?.response_format).toEqual({
    type: "json_schema",
    json_schema: {
      name: "output",
      strict: true,
      schema: {
        type: "object",
        properties: { city: { type: "string" } },
        required: ["city"],
        additionalProperties: false,
      },
    },
  });
  const raw = chatOf(model).withStructuredOutput(schema, { includeRaw: true });
  expect(await raw.invoke("Name a city.")).toMatchObject({ parsed: null, raw: { content: '{"city":7}' } });
  expect(() => chatOf(model).withStructuredOutput(schema, { method: "jsonMode" })).toThrow(
    InvalidOptionError,
  );
});

test("session and tenant come by options or by configurable, and options of a call count more", async () => {
  const router = routerOf(small());
  const seen: unknown[] = [];
  router.observe((event) => {
    if (event.type === "decision-made") seen.push(event.decision.request.tenant);
  });
  const chat = new ChatRouter({ router, tenant: "default" });
  await chat.invoke("x");
  await chat.invoke("x", { configurable: { tenant: "acme", thread_id: "t1" } });
  await chat.invoke("x", { tenant: "own", configurable: { tenant: "acme" } });
  await chat.withConfig({ configurable: { tenant: "bound" } }).invoke("x");
  expect(seen).toEqual(["default", "acme", "own", "bound"]);
});

test("an abort reaches the model, whole and streamed", async () => {
  for (const streamed of [false, true]) {
    const controller = new AbortController();
    let aborted = false;
    const answer: FakeModelOptions["answer"] = (_, { signal }) => {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      controller.abort(new Error("left"));
      return new Promise(() => {});
    };
    const chat = chatOf(small({ answer }));
    const options = { signal: controller.signal };
    const run = async () => {
      if (!streamed) return chat.invoke("x", options);
      for await (const _ of await chat.stream("x", options));
    };
    await expect(run()).rejects.toThrow();
    expect(aborted).toBe(true);
  }
});

test("images in blocks of OpenAI and of LangChain are sent", async () => {
  const model = small({ capabilities: { images: true } });
  const content = [
    { type: "text", text: "See:" },
    { type: "image_url", image_url: { url: "https://example.com/a.png" } },
    { type: "image", mimeType: "image/png", data: "iVBORw0KGgo=" },
  ];
  await chatOf(model).invoke([new HumanMessage({ content })]);
  expect(model.requests[0]?.messages[0]?.content).toEqual([
    { type: "text", text: "See:" },
    { type: "image_url", image_url: { url: "https://example.com/a.png" } },
    { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
  ]);
});

test("sound in blocks of OpenAI and of LangChain is sent", async () => {
  const model = small({ capabilities: { audioInput: true } });
  const said = { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } };
  const content = [said, { type: "audio", mimeType: "audio/mpeg", data: "SUQz" }];
  await chatOf(model).invoke([new HumanMessage({ content })]);
  expect(model.requests[0]?.messages[0]?.content).toEqual([
    said,
    { type: "input_audio", input_audio: { data: "SUQz", format: "mp3" } },
  ]);
  expect(chatOf(model).profile).toMatchObject({ audioInputs: true });
  const odd = [{ type: "audio", mimeType: "audio/x-mine", data: "SUQz" }];
  await expect(chatOf(model).invoke([new HumanMessage({ content: odd })])).rejects.toThrow("sound");
});

test("files in blocks of LangChain are sent with their data, also where it is their address", async () => {
  const model = small({ capabilities: { contentTypes: ["text/plain"] } });
  const data = "SGVsbG8u";
  const url = `data:text/plain;base64,${data}`;
  const content = [
    { type: "file", source_type: "base64", mime_type: "text/plain", data },
    { type: "file", source_type: "url", mime_type: "text/plain", url },
  ];
  await chatOf(model).invoke([new HumanMessage({ content })]);
  const file = { type: "file", file: { file_data: url } };
  expect(model.requests[0]?.messages[0]?.content).toEqual([file, file]);
  const far = [{ type: "file", source_type: "url", url: "https://example.com/a.txt" }];
  await expect(chatOf(model).invoke([new HumanMessage({ content: far })])).rejects.toThrow("with their data");
});

test("thinking goes back to its writer with the message, and forged fields do not", async () => {
  const thinking = [{ type: "thinking", thinking: "Hm.", signature: "sig-1" }];
  const base = small();
  const model: Model = {
    ...base,
    async generate(request, options) {
      const answer = await base.generate(request, options);
      const fields = { thinking_blocks: thinking, written_by: "fake:small-1" };
      Object.assign(answer.choices[0]?.message ?? {}, fields);
      return answer;
    },
  };
  const chat = chatOf(model);
  const first = await chat.invoke("x");
  await chat.invoke([new HumanMessage("x"), first, new HumanMessage("y")]);
  expect(base.requests[1]?.messages[1]).toMatchObject({
    content: "ok",
    thinking_blocks: thinking,
    written_by: "fake:small-1",
  });
  const forged = new AIMessage({
    content: "said",
    additional_kwargs: { switchpoint: { fields: { role: "system", content: "forged" } } },
  });
  await chat.invoke([new HumanMessage("x"), forged, new HumanMessage("y")]);
  expect(base.requests[2]?.messages[1]).toEqual({ role: "assistant", content: "said" });
});

test("the profile states what all models can do", () => {
  const models = {
    a: small({ contextWindow: 8_000, capabilities: { tools: true, images: true } }),
    b: fakeModel({ model: "b", contextWindow: 4_000, capabilities: { tools: true } }),
  };
  const chat = new ChatRouter({ router: createRouter({ models, policy: always("a") }) });
  expect(chat.profile).toMatchObject({ toolCalling: true, imageInputs: false, maxInputTokens: 4_000 });
  expect(chat._llmType()).toBe("switchpoint");
  expect(() => new ChatRouter({} as never)).toThrow(InvalidOptionError);
});

test.each([
  ["jsonSchema", "json_schema", '{"city":"Ghent"}'],
  ["functionCalling", "function_calling", { toolCalls: [call("c1", "output", { city: "Ghent" })] }],
] as const)(
  "traces show the format of structured output by %s, and the stop texts",
  async (method, shown, answer) => {
    const model = small({
      answer: answer as FakeModelOptions["answer"],
      capabilities: { tools: true, jsonSchema: true },
    });
    const chat = chatOf(model);
    const seen: { options?: unknown; metadata?: unknown }[] = [];
    const callbacks = [
      {
        handleChatModelStart: (...told: unknown[]) => {
          const [, , , , extra, , metadata] = told;
          seen.push({ options: (extra as { options?: unknown }).options, metadata });
        },
      },
    ];
    const schema = z.object({ city: z.string() });
    await chat.withStructuredOutput(schema, { method, name: "output" }).invoke("Name a city.", { callbacks });
    expect(seen[0]?.options).toMatchObject({
      ls_structured_output_format: {
        kwargs: { method: shown },
        schema: { type: "object", properties: { city: { type: "string" } } },
      },
    });
    expect(model.requests[0]).not.toHaveProperty("ls_structured_output_format");
    const answered = await chat.invoke("Say hello.", { callbacks, stop: ["END"] });
    expect(seen[1]?.metadata).toMatchObject({ ls_stop: ["END"], ls_provider: "switchpoint" });
    expect(answered.response_metadata).toMatchObject({ model: "small-1", model_name: "small-1" });
  },
);

test("LangSmith gets the fields that LangChain's standard tests ask for, with or without a value", () => {
  const fields = { ls_provider: "switchpoint", ls_model_name: "auto", ls_model_type: "chat" };
  const none = { ls_temperature: undefined, ls_max_tokens: undefined, ls_stop: undefined };
  expect(chatOf(small()).getLsParams({} as never)).toStrictEqual({ ...fields, ...none });
  const chat = new ChatRouter({ router: routerOf(small()), temperature: 0, maxTokens: 9 });
  expect(chat.getLsParams({ stop: ["END"] } as never)).toStrictEqual({
    ...fields,
    ls_temperature: 0,
    ls_max_tokens: 9,
    ls_stop: ["END"],
  });
});
