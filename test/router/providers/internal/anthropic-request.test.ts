import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatMessage, ChatRequest } from "../../../../src/contracts/index.ts";
import {
  DEFAULT_MAX_TOKENS,
  type TranslationSettings,
  toMessagesBody,
} from "../../../../src/router/providers/internal/anthropic-request.ts";
import type { ContentBlock, MessagesBody } from "../../../../src/router/providers/internal/anthropic-wire.ts";
import { runs } from "../../../support/runs.ts";

const base: TranslationSettings = {
  model: "claude-sonnet-5-5",
  name: "sonnet",
  writer: "anthropic:claude-sonnet-5-5",
  version: "2026-10-21",
  reasoning: "effort",
};

function translate(
  request: Partial<ChatRequest>,
  settings: Partial<TranslationSettings> = {},
): { readonly body: MessagesBody; readonly dropped: readonly string[] } {
  const dropped: string[] = [];
  const onDropped = (parameter: string) => dropped.push(parameter);
  const body = toMessagesBody(
    { messages: [{ role: "user", content: "Hi" }], ...request },
    { ...base, onDropped, ...settings },
  );
  return { body, dropped };
}

const turnsOf = (messages: ChatMessage[]) => translate({ messages }).body.messages;
const text = (value: string) => ({ type: "text", text: value });
const unsupported = (field: string) =>
  expect.objectContaining({ kind: "unsupported", message: expect.stringContaining(field) });

const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
} as const;
const call = (id: string, name: string, json: string) => ({
  id,
  type: "function" as const,
  function: { name, arguments: json },
});

describe("messages", () => {
  test("system and developer messages are joined in order, wherever they occur", () => {
    const { body } = translate({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi" },
        {
          role: "developer",
          content: [
            { type: "text", text: "In Dutch." },
            { type: "text", text: "No lists." },
          ],
        },
      ],
    });
    expect(body.system).toBe("Be brief.\n\nIn Dutch.\n\nNo lists.");
    expect(body.messages).toEqual([{ role: "user", content: [text("Hi")] }]);
  });

  test("instructions without messages are sent as the user's turn, since the API requires one", () => {
    const { body } = translate({ messages: [{ role: "system", content: "Write a haiku." }] });
    expect(body.messages).toEqual([{ role: "user", content: [text("Write a haiku.")] }]);
    expect(body.system).toBeUndefined();
  });

  test("a tool loop of several turns becomes tool_use and tool_result blocks, neighbours merged", () => {
    const turns = turnsOf([
      { role: "user", content: "Weather in Oslo and Rome, then a hint." },
      {
        role: "assistant",
        content: "Let me look.",
        tool_calls: [
          call("call_1", "get_weather", '{"city":"Oslo"}'),
          call("call_2", "get_weather", '{"city":"Rome"}'),
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: "-3 °C" },
      { role: "tool", tool_call_id: "call_2", content: [{ type: "text", text: "19 °C" }] },
      { role: "user", content: "Be quick." },
      { role: "assistant", content: null, tool_calls: [call("call_3", "get_hint", "")] },
      { role: "tool", tool_call_id: "call_3", content: "" },
      { role: "assistant", content: "Take a coat." },
      { role: "assistant", content: "Or two." },
      { role: "user", content: "Thanks" },
    ]);
    expect(turns).toEqual([
      { role: "user", content: [text("Weather in Oslo and Rome, then a hint.")] },
      {
        role: "assistant",
        content: [
          text("Let me look."),
          { type: "tool_use", id: "call_1", name: "get_weather", input: { city: "Oslo" } },
          { type: "tool_use", id: "call_2", name: "get_weather", input: { city: "Rome" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "call_1", content: [text("-3 °C")] },
          { type: "tool_result", tool_use_id: "call_2", content: [text("19 °C")] },
          text("Be quick."),
        ],
      },
      { role: "assistant", content: [{ type: "tool_use", id: "call_3", name: "get_hint", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "call_3" }] },
      { role: "assistant", content: [text("Take a coat."), text("Or two.")] },
      { role: "user", content: [text("Thanks")] },
    ]);
  });

  test("thinking blocks of an answer are sent back unchanged, before its text and calls", () => {
    const thinking = { type: "thinking", thinking: "Hm.", signature: "c2ln" };
    const redacted = { type: "redacted_thinking", data: "ZGF0YQ==" };
    const message = {
      role: "assistant" as const,
      content: null,
      tool_calls: [call("toolu_1", "get_weather", "{}")],
      thinking_blocks: [thinking, redacted, { type: "thinking", thinking: "no signature" }, null],
    };
    const use = { type: "tool_use", id: "toolu_1", name: "get_weather", input: {} };
    const contentOf = (written_by: string | undefined) =>
      turnsOf([{ role: "user", content: "Hi" }, { ...message, written_by } as ChatMessage])[1]?.content;
    expect(contentOf(base.writer)).toEqual([thinking, redacted, use]);
    // Written by another model, or by an unknown one: the API refuses what it has not signed itself.
    expect(contentOf("anthropic:claude-opus-5-5")).toEqual([use]);
    expect(contentOf(undefined)).toEqual([use]);
  });

  test.each([
    ["not JSON", '{"city": "Os'],
    ["a list", "[1]"],
    ["a number", "7"],
  ])("arguments that are %s are kept as text", (_, json) => {
    const turns = turnsOf([{ role: "assistant", content: null, tool_calls: [call("a", "f", json)] }]);
    expect(turns[0]?.content).toEqual([{ type: "tool_use", id: "a", name: "f", input: { arguments: json } }]);
  });

  test("ids of other providers become ids that the API accepts, the same in call and result", () => {
    const turns = turnsOf([
      { role: "assistant", content: null, tool_calls: [call("functions.look:0", "look", "{}")] },
      { role: "tool", tool_call_id: "functions.look:0", content: "x" },
    ]);
    const [use, result] = turns.flatMap((turn) => turn.content);
    const id = (use as { id?: string } | undefined)?.id;
    expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(result).toMatchObject({ tool_use_id: id });
  });

  test("texts without a visible character are left out", () => {
    const turns = turnsOf([
      { role: "user", content: "Hi" },
      { role: "assistant", content: "  " },
      {
        role: "user",
        content: [
          { type: "text", text: "\n" },
          { type: "text", text: "there" },
        ],
      },
    ]);
    expect(turns).toEqual([{ role: "user", content: [text("Hi"), text("there")] }]);
  });

  test("a refusal counts as text", () => {
    const turns = turnsOf([
      { role: "assistant", content: [{ type: "refusal", refusal: "I won't." }] },
      { role: "assistant", content: null, refusal: "Nor now." },
    ]);
    expect(turns).toEqual([{ role: "assistant", content: [text("I won't."), text("Nor now.")] }]);
  });

  test("images are sent as base64 or as URLs, PDFs as documents", () => {
    const turns = turnsOf([
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: "data:image/JPG;base64,AAAA" } },
          { type: "image_url", image_url: { url: "https://example.com/cat.png" } },
          { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" } },
        ],
      },
    ]);
    expect(turns[0]?.content).toEqual([
      { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "AAAA" } },
      { type: "image", source: { type: "url", url: "https://example.com/cat.png" } },
      {
        type: "document",
        source: { type: "base64", media_type: "application/pdf", data: "JVBE" },
        title: "a.pdf",
      },
    ]);
  });

  test.each([
    ["data:image/bmp;base64,AAAA"],
    ["data:constructor;base64,AAAA"],
    ["data:image/png,notbase64"],
    ["gs://bucket/cat.png"],
    [`data:${"x".repeat(5000)},AAAA`],
  ])("an image that the API does not accept is refused: %.30s", (url) => {
    const content = [{ type: "image_url" as const, image_url: { url } }];
    expect(() => turnsOf([{ role: "user", content }])).toThrow(
      unsupported("messages[0].content[0].image_url.url"),
    );
  });

  test("unknown roles and contents, custom tools and files by id are refused, not dropped", () => {
    const image = [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] as never;
    const refusals: [ChatRequest, string][] = [
      [{ messages: [{ role: "function", name: "f", content: "x" }] }, "messages[0].role"],
      [{ messages: [{ role: "assistant", audio: { id: "a" } }] }, "messages[0].audio"],
      [{ messages: [{ role: "tool", tool_call_id: "c", content: image }] }, "messages[0].content[0].type"],
      [{ messages: [{ role: "system", content: image }] }, "messages[0].content[0].type"],
      [{ messages: [{ role: "assistant", content: image }] }, "messages[0].content[0].type"],
      [
        { messages: [{ role: "user", content: [{ type: "file", file: { file_id: "f1" } }] }] },
        "messages[0].content[0].file.file_data",
      ],
      [{ messages: [], tools: [{ type: "custom", custom: { name: "grep" } }] }, "tools[0].type"],
      [{ messages: [], functions: [{ name: "f" }] }, "functions"],
    ];
    for (const [request, field] of refusals) expect(() => translate(request)).toThrow(unsupported(field));
  });

  test("no text and no tool call is ever lost, and roles alternate", () => {
    const word = fc.string({ minLength: 1, unit: "grapheme" }).filter((value) => value.trim() !== "");
    const id = fc.string({ minLength: 1, maxLength: 8 });
    const parts = fc.array(fc.record({ type: fc.constant("text" as const), text: word }));
    const content = fc.oneof(word, parts);
    const toolCall = fc.tuple(id, word, fc.json()).map(([key, name, json]) => call(key, name, json));
    const message: fc.Arbitrary<ChatMessage> = fc.oneof(
      fc.record({ role: fc.constantFrom("system" as const, "developer" as const), content }),
      fc.record({ role: fc.constant("user" as const), content }),
      fc.record({
        role: fc.constant("assistant" as const),
        content: fc.oneof(content, fc.constant(null)),
        tool_calls: fc.array(toolCall),
      }),
      fc.record({ role: fc.constant("tool" as const), tool_call_id: id, content }),
    );
    const textsOf = (value: ChatMessage["content"]): string[] =>
      typeof value === "string" ? [value] : (value ?? []).map((part) => ("text" in part ? part.text : ""));
    const textsIn = (block: ContentBlock): string[] => {
      if (block.type === "text") return [block.text];
      return block.type === "tool_result" ? (block.content ?? []).map((part) => part.text) : [];
    };

    fc.assert(
      fc.property(fc.array(message, { minLength: 1 }), (messages) => {
        const { body } = translate({ messages });
        const blocks = body.messages.flatMap((turn) => turn.content);
        const spoken = messages.filter(({ role }) => role !== "system" && role !== "developer");
        const instructions = messages.filter((item) => !spoken.includes(item));
        const said = spoken.flatMap((item) => textsOf(item.content));
        const instructed = instructions.flatMap((item) => textsOf(item.content));

        expect(body.system ?? "").toBe(
          body.messages.length > 0 && body.system ? instructed.join("\n\n") : "",
        );
        const alone = body.system === undefined ? instructed : [];
        expect(blocks.flatMap(textsIn)).toEqual([...said, ...alone]);
        const calls = spoken.flatMap((item) => (item.role === "assistant" ? (item.tool_calls ?? []) : []));
        const names = blocks.flatMap((block) => (block.type === "tool_use" ? [block.name] : []));
        expect(names).toEqual(calls.map((item) => (item.type === "function" ? item.function.name : "")));
        const results = spoken.filter(({ role }) => role === "tool").length;
        expect(blocks.filter(({ type }) => type === "tool_result")).toHaveLength(results);
        for (const [index, turn] of body.messages.entries())
          expect(turn.role).not.toBe(body.messages[index - 1]?.role);
      }),
      { numRuns: runs(200, 10_000) },
    );
  });
});

describe("tools", () => {
  test("definitions are translated, and a tool without parameters accepts an empty object", () => {
    const { body } = translate({
      tools: [weather, { type: "function", function: { name: "now", strict: true } }],
    });
    expect(body.tools).toEqual([
      { name: "get_weather", description: "Weather of a city", input_schema: weather.function.parameters },
      { name: "now", input_schema: { type: "object", properties: {} }, strict: true },
    ]);
    expect(body.tool_choice).toBeUndefined();
  });

  const named = { type: "function", function: { name: "get_weather" } } as const;
  test.each([
    ["auto", undefined, undefined],
    ["none", undefined, { type: "none" }],
    ["required", undefined, { type: "any" }],
    [named, undefined, { type: "tool", name: "get_weather" }],
    ["auto", false, { type: "auto", disable_parallel_tool_use: true }],
    ["auto", true, undefined],
    ["none", false, { type: "none" }],
    ["required", false, { type: "any", disable_parallel_tool_use: true }],
    [named, false, { type: "tool", name: "get_weather", disable_parallel_tool_use: true }],
  ] as const)("the choice %j with parallel calls %j is %j", (tool_choice, parallel, expected) => {
    const { body } = translate({
      tools: [weather],
      tool_choice,
      ...(parallel !== undefined && { parallel_tool_calls: parallel }),
    });
    expect(body.tool_choice).toEqual(expected);
  });

  test("with allowed tools only those are sent", () => {
    const now = { type: "function", function: { name: "now" } } as const;
    const { body } = translate({
      tools: [weather, now],
      tool_choice: { type: "allowed_tools", allowed_tools: { mode: "required", tools: [now] } },
    });
    expect(body.tools?.map(({ name }) => name)).toEqual(["now"]);
    expect(body.tool_choice).toEqual({ type: "any" });
  });

  test("tools of earlier calls are defined if the request offers none, and none may be called", () => {
    const { body } = translate({
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: null, tool_calls: [call("a", "look", "{}"), call("b", "look", "{}")] },
        { role: "tool", tool_call_id: "a", content: "1" },
        { role: "tool", tool_call_id: "b", content: "2" },
      ],
    });
    expect(body.tools).toEqual([{ name: "look", input_schema: { type: "object", properties: {} } }]);
    expect(body.tool_choice).toEqual({ type: "none" });
  });
});

describe("parameters", () => {
  test("the output limit is the request's, else the default's, else the model's, else 8,192", () => {
    const limits = { defaults: { maxOutputTokens: 300 }, maxOutputTokens: 400 };
    expect(translate({ max_completion_tokens: 100, max_tokens: 200 }, limits).body.max_tokens).toBe(100);
    expect(translate({ max_tokens: 200 }, limits).body.max_tokens).toBe(200);
    expect(translate({}, limits).body.max_tokens).toBe(300);
    expect(translate({}, { maxOutputTokens: 400 }).body.max_tokens).toBe(400);
    expect(translate({}).body.max_tokens).toBe(DEFAULT_MAX_TOKENS);
    expect(DEFAULT_MAX_TOKENS).toBe(8192);
  });

  test("stop, user, service tier and JSON schema are translated", () => {
    const schema = { type: "object", properties: { a: { type: "number" } }, additionalProperties: false };
    const { body, dropped } = translate({
      stop: ["END", "\n"],
      user: "u1",
      service_tier: "default",
      response_format: { type: "json_schema", json_schema: { name: "a", strict: true, schema } },
    });
    expect(body).toMatchObject({
      stop_sequences: ["END"],
      metadata: { user_id: "u1" },
      service_tier: "standard_only",
      output_config: { format: { type: "json_schema", schema } },
    });
    expect(dropped).toEqual(["stop"]);
    expect(translate({ stop: "END", safety_identifier: "s1", user: "u1" }).body).toMatchObject({
      stop_sequences: ["END"],
      metadata: { user_id: "s1" },
    });
  });

  test("a parameter without a counterpart is left out and reported once", () => {
    const { body, dropped } = translate({
      seed: 1,
      logit_bias: { "50256": -100 },
      logprobs: true,
      top_logprobs: 3,
      frequency_penalty: 0.5,
      response_format: { type: "json_object" },
      service_tier: "flex",
      messages: [{ role: "user", name: "ada", content: "Hi" }],
    });
    const expected = ["frequency_penalty", "logit_bias", "logprobs", "messages.name", "response_format"];
    expect([...dropped].sort()).toEqual([...expected, "seed", "service_tier", "top_logprobs"]);
    expect(Object.keys(body).sort()).toEqual(["max_tokens", "messages", "model"]);
  });

  test("a parameter that requests nothing is not reported", () => {
    const { dropped } = translate({
      n: 1,
      logprobs: false,
      seed: null,
      presence_penalty: 0,
      store: false,
      modalities: ["text"],
      response_format: { type: "text" },
    });
    expect(dropped).toEqual([]);
  });

  test("with strict parameters, what would be left out is refused by name", () => {
    for (const request of [
      { seed: 1 },
      { temperature: 0.2 },
      { response_format: { type: "json_object" } },
    ] as const)
      expect(() => translate(request, { strictParameters: true })).toThrow(
        unsupported(Object.keys(request)[0] ?? ""),
      );
  });

  test("sampling parameters are sent in the old API version only", () => {
    const request = { temperature: 1.7, top_p: 0.9 };
    const current = translate(request);
    expect(current.body).not.toHaveProperty("temperature");
    expect(current.dropped).toEqual(["temperature", "top_p"]);
    const pinned = translate(request, { version: "2023-06-01" });
    expect(pinned.body).toMatchObject({ temperature: 1, top_p: 0.9 });
    expect(pinned.dropped).toEqual([]);
    expect(translate({}, { version: "2023-06-01", defaults: { temperature: 0.1 } }).body.temperature).toBe(
      0.1,
    );
  });

  test("extra body keys replace those of the translation", () => {
    const extraBody = { cache_control: { type: "ephemeral" }, max_tokens: 5 };
    expect(translate({}, { defaults: { extraBody } }).body).toMatchObject(extraBody);
  });
});

describe("reasoning effort", () => {
  test.each([
    ["none", { thinking: { type: "disabled" } }],
    ["minimal", { thinking: { type: "adaptive" }, output_config: { effort: "low" } }],
    ["high", { thinking: { type: "adaptive" }, output_config: { effort: "high" } }],
    ["max", { thinking: { type: "adaptive" }, output_config: { effort: "max" } }],
  ] as const)("%s is sent as an effort", (reasoning_effort, expected) => {
    const { body } = translate({ reasoning_effort });
    expect({ thinking: body.thinking, output_config: body.output_config }).toEqual(
      expect.objectContaining(expected),
    );
  });

  test("is sent as a share of the output limit if the model knows budgets only", () => {
    const budget = { reasoning: "budget" } as const;
    expect(translate({ reasoning_effort: "medium", max_tokens: 8000 }, budget).body.thinking).toEqual({
      type: "enabled",
      budget_tokens: 4000,
    });
    expect(translate({ reasoning_effort: "low", max_tokens: 2000 }, budget).body.thinking).toEqual({
      type: "enabled",
      budget_tokens: 1024,
    });
    const short = translate({ reasoning_effort: "low", max_tokens: 1024 }, budget);
    expect(short.body.thinking).toBeUndefined();
    expect(short.dropped).toEqual(["reasoning_effort"]);
  });

  test("comes from the defaults if the request sets none", () => {
    expect(translate({}, { defaults: { reasoningEffort: "low" } }).body.output_config).toEqual({
      effort: "low",
    });
  });

  test("requests no thinking if a tool call is forced, which the API refuses together", () => {
    const request = { tools: [weather], tool_choice: "required", reasoning_effort: "high" } as const;
    const { body } = translate({ ...request, tools: [weather] });
    expect(body.thinking).toBeUndefined();
    expect(body.output_config).toEqual({ effort: "high" });
    expect(translate({ ...request, tools: [weather] }, { reasoning: "budget" }).dropped).toEqual([
      "reasoning_effort",
    ]);
  });

  test("requests no budget in a tool loop that another model began", () => {
    const messages: ChatMessage[] = [
      { role: "user", content: "Hi" },
      { role: "assistant", content: null, tool_calls: [call("a", "look", "{}")] },
      { role: "tool", tool_call_id: "a", content: "1" },
    ];
    const request = { messages, reasoning_effort: "high" } as const;
    expect(translate({ ...request }, { reasoning: "budget" }).dropped).toEqual(["reasoning_effort"]);
    expect(translate({ ...request }).body.thinking).toEqual({ type: "adaptive" });
  });

  test("leaves sampling out, also in the old API version", () => {
    const request = { reasoning_effort: "high", temperature: 0.2 } as const;
    expect(translate(request, { version: "2023-06-01", reasoning: "budget" }).dropped).toEqual([
      "temperature",
    ]);
  });
});

test("null requests nothing, whatever the field", () => {
  const nulls = { tool_choice: null, response_format: null, stop: null, reasoning_effort: null, user: null };
  const tools = [weather];
  expect(translate({ tools, ...(nulls as unknown as Partial<ChatRequest>) })).toEqual(translate({ tools }));
});
