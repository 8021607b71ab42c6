import type OpenAI6 from "openai";
import type OpenAI7 from "openai-7";
import { expectTypeOf, test } from "vitest";
import { always } from "../../policies/index.ts";
import type { ChatMessage, ChatRequest, Completion, CompletionChunk } from "../../src/contracts/index.ts";
import { createRouter, type Model, route } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

const router = createRouter({ models: { small: fakeModel(), large: fakeModel() }, policy: always("small") });

declare const request6: OpenAI6.Chat.ChatCompletionCreateParamsNonStreaming;
declare const request7: OpenAI7.Chat.ChatCompletionCreateParamsNonStreaming;
declare const messages6: OpenAI6.Chat.ChatCompletionMessageParam[];
declare const messages7: OpenAI7.Chat.ChatCompletionMessageParam[];
declare const tools6: OpenAI6.Chat.ChatCompletionTool[];
declare const tools7: OpenAI7.Chat.ChatCompletionTool[];

test("a request typed by openai 6 or 7 is one, whose model is a pin", () => {
  void route(request6);
  void route(request7);
  void router.route({ ...request6, model: "small" });
  void router.route({ ...request7, model: "small" });
  void router.decide({ messages: messages6, tools: tools6, reasoning_effort: request6.reasoning_effort });
  void router.decide({ messages: messages7, tools: tools7, reasoning_effort: request7.reasoning_effort });
  void router.stream({ messages: messages6, response_format: request6.response_format, session: "u1" });
  void router.stream({ messages: messages7, response_format: request7.response_format, session: "u1" });
  // @ts-expect-error: a model of OpenAI is none of the router's
  void router.route(request6);
  // @ts-expect-error: a model of OpenAI is none of the router's
  void router.route(request7);
});

test("each field of a request has the type that openai 7 gives it, and undefined", () => {
  type Own = Omit<OpenAI7.Chat.ChatCompletionCreateParamsNonStreaming, "model" | "stream" | "stream_options">;
  expectTypeOf<Required<Own>>().toExtend<Required<ChatRequest>>();
  expectTypeOf<keyof ChatRequest>().toEqualTypeOf<keyof Own>();
  // An alias, not an interface.
  expectTypeOf<ChatRequest>().toExtend<Record<string, unknown>>();
});

test("an answer is one of either version, whole or in chunks, and its message can be sent back", async () => {
  const { completion } = await router.route("Hi");
  expectTypeOf(completion).toEqualTypeOf<Completion>();
  expectTypeOf(completion).toExtend<OpenAI6.Chat.ChatCompletion>();
  expectTypeOf(completion).toExtend<OpenAI7.Chat.ChatCompletion>();
  for await (const chunk of router.stream("Hi")) {
    expectTypeOf(chunk).toEqualTypeOf<CompletionChunk>();
    expectTypeOf(chunk).toExtend<OpenAI6.Chat.ChatCompletionChunk>();
    expectTypeOf(chunk).toExtend<OpenAI7.Chat.ChatCompletionChunk>();
  }
  for (const { message } of completion.choices) {
    const conversation: ChatMessage[] = [{ role: "user", content: "Hi" }, message];
    void router.route({ messages: conversation });
    messages6.push(message);
    messages7.push(message);
  }
});

test("a model written with openai 6 is one", () => {
  const own = (client: OpenAI6): Model => ({
    ...fakeModel(),
    generate: (request, { signal }) =>
      client.chat.completions.create({ ...request, model: "m" } as typeof request6, { signal }),
    async *stream(request, { signal }) {
      const body = { ...request, model: "m" } as typeof request6;
      yield* await client.chat.completions.create({ ...body, stream: true }, { signal });
    },
  });
  createRouter({ models: { own: own({} as OpenAI6) }, policy: always("own") });
});

test("a request written out may hold undefined", () => {
  void router.route({
    messages: [
      { role: "system", content: "Be brief.", name: undefined },
      { role: "developer", content: [{ type: "text", text: "Be exact." }] },
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?", prompt_cache_breakpoint: undefined },
          { type: "image_url", image_url: { url: "data:image/png;base64,", detail: undefined } },
          { type: "file", file: { file_id: "f1", filename: undefined } },
        ],
      },
      { role: "assistant", content: [{ type: "refusal", refusal: "No." }], tool_calls: undefined },
      {
        role: "assistant",
        tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "1", content: "42" },
    ],
    tools: [
      { type: "function", function: { name: "f", description: undefined, parameters: { type: "object" } } },
    ],
    tool_choice: { type: "function", function: { name: "f" } },
    response_format: { type: "json_schema", json_schema: { name: "s", schema: {}, strict: undefined } },
    stop: ["\n"],
    logprobs: true,
    top_logprobs: 3,
    reasoning_effort: "low",
    temperature: undefined,
    max_tokens: null,
    metadata: undefined,
  });
});

test("what is no request does not compile", () => {
  const messages: ChatMessage[] = [];
  // @ts-expect-error: no such role
  void router.route({ messages: [{ role: "narrator", content: "x" }] });
  // @ts-expect-error: no content
  void router.route({ messages: [{ role: "user" }] });
  // @ts-expect-error: a number
  void router.route({ messages: [{ role: "user", content: 3 }] });
  // @ts-expect-error: no such kind of part
  void router.route({ messages: [{ role: "user", content: [{ type: "picture", url: "x" }] }] });
  // @ts-expect-error: an address alone
  void router.route({ messages: [{ role: "user", content: [{ type: "image_url", image_url: "x" }] }] });
  // @ts-expect-error: an image in a system prompt
  void router.route({ messages: [{ role: "system", content: [{ type: "image_url" }] }] });
  // @ts-expect-error: a result of no call
  void router.route({ messages: [{ role: "tool", content: "42" }] });
  // @ts-expect-error: misspelt
  void router.route({ messages: [{ role: "user", content: "x", nmae: "y" }] });
  // @ts-expect-error: misspelt
  void router.route({ messages, temperatur: 1 });
  // @ts-expect-error: a text
  void router.route({ messages, temperature: "1" });
  // @ts-expect-error: no such effort
  void router.route({ messages, reasoning_effort: "hard" });
  // @ts-expect-error: a tool without its kind
  void router.route({ messages, tools: [{ function: { name: "f" } }] });
  // @ts-expect-error: no name
  void router.route({ messages, response_format: { type: "json_schema", json_schema: { schema: {} } } });
  // @ts-expect-error: the router's to say
  void router.route({ messages, stream: true });
});
