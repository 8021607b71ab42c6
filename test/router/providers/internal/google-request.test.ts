import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatMessage, ChatRequest, ModelDefaults } from "../../../../src/contracts/index.ts";
import { toGoogleRequest } from "../../../../src/router/providers/internal/google-request.ts";
import type { GooglePart } from "../../../../src/router/providers/internal/google-wire.ts";
import { runs } from "../../../support/runs.ts";

const hello: ChatMessage[] = [{ role: "user", content: "Hello" }];

function translate(request: Partial<ChatRequest>, model = "gemini-2.5-flash", defaults?: ModelDefaults) {
  return toGoogleRequest(
    { messages: hello, ...request },
    { name: "g", writer: `google:${model}`, model, defaults },
  );
}

/** The translated body as JSON. */
const bodyOf = (...given: Parameters<typeof translate>) =>
  JSON.parse(JSON.stringify(translate(...given).body));

const call = (id: string, args: string, signature?: string) => ({
  id,
  type: "function" as const,
  function: { name: "depth", arguments: args },
  ...(signature && { extra_content: { google: { thought_signature: signature } } }),
});

describe("messages", () => {
  test("roles are user and model, neighbours of one role are merged, instructions are separate", () => {
    const messages: ChatMessage[] = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "One?" },
      { role: "user", content: [{ type: "text", text: "Or two?" }] },
      { role: "assistant", content: "Two." },
      { role: "developer", content: [{ type: "text", text: "Be kind." }] },
      { role: "user", content: "Why?" },
    ];
    expect(bodyOf({ messages })).toEqual({
      systemInstruction: { parts: [{ text: "Be brief." }, { text: "Be kind." }] },
      contents: [
        { role: "user", parts: [{ text: "One?" }, { text: "Or two?" }] },
        { role: "model", parts: [{ text: "Two." }] },
        { role: "user", parts: [{ text: "Why?" }] },
      ],
      generationConfig: {},
    });
  });

  test("instructions without messages are sent as the user's, since Google refuses an empty conversation", () => {
    const body = bodyOf({ messages: [{ role: "system", content: "Say hello." }] });
    expect(body).toEqual({
      contents: [{ role: "user", parts: [{ text: "Say hello." }] }],
      generationConfig: {},
    });
  });

  test("a tool loop keeps calls, ids and signatures, and finds the name of each result", () => {
    const answered = {
      role: "assistant" as const,
      content: "I look.",
      tool_calls: [call("c1", '{"at":"quay"}', "c2ln"), call("c2", "")],
      written_by: "google:gemini-2.5-flash",
    };
    const messages: ChatMessage[] = [
      { role: "user", content: "How deep?" },
      answered,
      { role: "tool", tool_call_id: "c2", content: '{"id":12345678901234567890}' },
      { role: "tool", tool_call_id: "c1", content: [{ type: "text", text: "12 m" }] },
      { role: "user", content: "Thanks." },
    ];
    expect(bodyOf({ messages }).contents).toEqual([
      { role: "user", parts: [{ text: "How deep?" }] },
      {
        role: "model",
        parts: [
          { text: "I look." },
          { functionCall: { id: "c1", name: "depth", args: { at: "quay" } }, thoughtSignature: "c2ln" },
          { functionCall: { id: "c2", name: "depth", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          {
            functionResponse: {
              id: "c2",
              name: "depth",
              response: { output: '{"id":12345678901234567890}' },
            },
          },
          { functionResponse: { id: "c1", name: "depth", response: { output: "12 m" } } },
          { text: "Thanks." },
        ],
      },
    ]);
  });

  test("calls that share an id are told apart, and each result has the name of its call", () => {
    const named = (id: string, name: string) => ({
      id,
      type: "function" as const,
      function: { name, arguments: "" },
    });
    const result = (id: string) => ({ role: "tool" as const, tool_call_id: id, content: "x" });
    for (const id of ["c1", ""]) {
      const messages: ChatMessage[] = [
        { role: "assistant", tool_calls: [named(id, "depth"), named(id, "width")] },
        result(id),
        result(id),
        { role: "assistant", tool_calls: [named(id, "height")] },
        result(id),
      ];
      const parts = translate({ messages }).body.contents.flatMap((content) => content.parts);
      const calls = parts.flatMap(({ functionCall: one }) => (one ? [[one.id, one.name]] : []));
      const results = parts.flatMap(({ functionResponse: one }) => (one ? [[one.id, one.name]] : []));
      expect(calls.map(([, name]) => name)).toEqual(["depth", "width", "height"]);
      expect(results).toEqual(calls);
      expect(new Set(calls.map(([sent]) => sent)).size).toBe(3);
    }
  });

  test("Gemini 3 gets a placeholder for the signature of another model's first call of a turn", () => {
    const messages: ChatMessage[] = [
      { role: "user", content: "How deep?" },
      { role: "assistant", tool_calls: [call("c1", "{}"), call("c2", "{}")] },
    ];
    const signatures = (model: string) =>
      translate({ messages }, model).body.contents[1]?.parts.map((part) => part.thoughtSignature);
    expect(signatures("gemini-3.1-pro-preview")).toEqual(["skip_thought_signature_validator", undefined]);
    expect(signatures("gemini-2.5-flash")).toEqual([undefined, undefined]);
  });

  test("a signature that is not known to come from the model is not sent", () => {
    const signatureFor = (model: string, written_by: string | undefined) => {
      const message = {
        role: "assistant",
        tool_calls: [call("c1", "{}", "c2ln")],
        written_by,
      } as ChatMessage;
      return translate({ messages: [...hello, message] }, model).body.contents[1]?.parts[0]?.thoughtSignature;
    };
    for (const by of [undefined, "google:gemini-2.5-pro", "anthropic:claude-opus-5"]) {
      expect(signatureFor("gemini-2.5-flash", by)).toBeUndefined();
      expect(signatureFor("gemini-3-flash", by)).toBe("skip_thought_signature_validator");
    }
    expect(signatureFor("gemini-3-flash", "google:gemini-3-flash")).toBe("c2ln");
  });

  test("arguments that are not an object are passed on unchanged", () => {
    const messages: ChatMessage[] = [
      { role: "assistant", tool_calls: [call("c1", '{"at": "qu'), call("c2", "[1]")] },
    ];
    const args = translate({ messages }).body.contents[0]?.parts.map((part) => part.functionCall?.args);
    expect(args).toEqual([{ arguments: '{"at": "qu' }, { arguments: "[1]" }]);
  });

  test("messages of the legacy function roles are understood", () => {
    const messages: ChatMessage[] = [
      { role: "assistant", function_call: { name: "depth", arguments: "{}" } },
      { role: "function", name: "depth", content: "12 m" },
    ];
    expect(bodyOf({ messages }).contents).toEqual([
      { role: "model", parts: [{ functionCall: { name: "depth", args: {} } }] },
      { role: "user", parts: [{ functionResponse: { name: "depth", response: { output: "12 m" } } }] },
    ]);
  });

  test("images and files are sent inline, or as an address that Google fetches", () => {
    const image = (url: string) => ({ type: "image_url" as const, image_url: { url } });
    const messages: ChatMessage[] = [
      {
        role: "user",
        content: [
          image("data:image/png;base64,iVBORw0="),
          image("https://example.org/a/Quay.JPG?size=2"),
          image("https://example.org/quay"),
          {
            type: "file",
            file: { filename: "chart.pdf", file_data: "data:application/pdf;base64,JVBERi0=" },
          },
        ],
      },
    ];
    expect(bodyOf({ messages }).contents[0].parts).toEqual([
      { inlineData: { mimeType: "image/png", data: "iVBORw0=" } },
      { fileData: { mimeType: "image/jpeg", fileUri: "https://example.org/a/Quay.JPG?size=2" } },
      { fileData: { fileUri: "https://example.org/quay" } },
      { inlineData: { mimeType: "application/pdf", data: "JVBERi0=" } },
    ]);
  });

  const unsupported: [string, Partial<ChatRequest>, RegExp][] = [
    ["several answers", { n: 2 }, /n must be 1/],
    ["legacy functions", { functions: [{ name: "f" }] }, /use tools/],
    ["custom tools", { tools: [{ type: "custom", custom: { name: "f" } }] }, /custom tools/],
    [
      "a result of no call",
      { messages: [...hello, { role: "tool", tool_call_id: "c9", content: "x" }] },
      /messages\[1\]\.tool_call_id names no earlier tool call/,
    ],
    [
      "an image in a tool's result",
      {
        messages: [
          { role: "assistant", tool_calls: [call("c1", "")] },
          {
            role: "tool",
            tool_call_id: "c1",
            content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] as never,
          },
        ],
      },
      /messages\[1\]\.content\[0\] must be text/,
    ],
    [
      "a file by its id",
      { messages: [{ role: "user", content: [{ type: "file", file: { file_id: "f1" } }] }] },
      /messages\[0\]\.content\[0\]/,
    ],
    [
      "an image URL that is not base64",
      {
        messages: [
          { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/svg+xml,<svg>" } }] },
        ],
      },
      /must be data:<type>;base64,<data>/,
    ],
  ];
  for (const [what, request, message] of unsupported) {
    test(`${what} is refused`, () => {
      expect(() => translate(request)).toThrow(message);
      expect(() => translate(request)).toThrow(
        expect.objectContaining({ kind: "unsupported", retryable: false }),
      );
    });
  }
});

describe("settings", () => {
  test("parameters have Google's names", () => {
    const { body, dropped } = translate({
      temperature: 0.2,
      top_p: 0.9,
      max_tokens: 10,
      max_completion_tokens: 20,
      stop: "END",
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.3,
      n: 1,
      modalities: ["text"],
      logprobs: false,
      user: null as unknown as string,
    });
    expect(body.generationConfig).toEqual({
      temperature: 0.2,
      topP: 0.9,
      maxOutputTokens: 20,
      stopSequences: ["END"],
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.3,
    });
    expect(dropped).toEqual([]);
  });

  test("what Google does not know is left out and reported once", () => {
    const { dropped } = translate({
      logit_bias: { 1: 2 },
      parallel_tool_calls: false,
      verbosity: "low",
      tools: [{ type: "function", function: { name: "f", strict: true } }],
      messages: [
        { role: "user", name: "Ann", content: "a" },
        { role: "user", name: "Bob", content: "b" },
      ],
    });
    expect([...dropped].sort()).toEqual([
      "logit_bias",
      "messages.name",
      "parallel_tool_calls",
      "tools.function.strict",
      "verbosity",
    ]);
  });

  test("defaults apply to what the request leaves open, and extra fields are merged below it", () => {
    const defaults: ModelDefaults = {
      temperature: 0.5,
      maxOutputTokens: 100,
      reasoningEffort: "low",
      extraBody: { safetySettings: [], generationConfig: { topK: 4, seed: 1 } },
    };
    const body = bodyOf({ temperature: 0, seed: 2 }, "gemini-2.5-flash", defaults);
    expect(body.safetySettings).toEqual([]);
    expect(body.generationConfig).toEqual({
      temperature: 0,
      maxOutputTokens: 100,
      seed: 2,
      topK: 4,
      thinkingConfig: { thinkingBudget: 1024 },
    });
  });

  test("an answer by a JSON schema is requested with the schema unchanged", () => {
    const schema = { type: "object", additionalProperties: false, $defs: { a: { type: "string" } } };
    const json_schema = { name: "berth", schema };
    expect(
      translate({ response_format: { type: "json_schema", json_schema } }).body.generationConfig,
    ).toEqual({
      responseMimeType: "application/json",
      responseJsonSchema: schema,
    });
    expect(translate({ response_format: { type: "json_object" } }).body.generationConfig).toEqual({
      responseMimeType: "application/json",
    });
    expect(translate({ response_format: { type: "text" } }).body.generationConfig).toEqual({});
  });

  const efforts: [model: string, effort: ChatRequest["reasoning_effort"], config: object | undefined][] = [
    ["gemini-3-flash-preview", "none", { thinkingLevel: "minimal" }],
    ["gemini-3-flash-preview", "medium", { thinkingLevel: "medium" }],
    ["gemini-3.1-pro-preview", "minimal", { thinkingLevel: "low" }],
    ["gemini-3.1-pro-preview", "xhigh", { thinkingLevel: "high" }],
    ["gemini-flash-lite-latest", "low", { thinkingLevel: "low" }],
    ["models/gemini-4-flash", "high", { thinkingLevel: "high" }],
    ["gemini-2.5-flash", "none", { thinkingBudget: 0 }],
    ["gemini-2.5-flash-lite", "minimal", { thinkingBudget: 1024 }],
    ["gemini-2.5-pro", "none", { thinkingBudget: 128 }],
    ["gemini-2.5-pro", "medium", { thinkingBudget: 8192 }],
    ["gemini-2.5-pro", "max", { thinkingBudget: 24_576 }],
    ["gemini-2.0-flash", "high", undefined],
    ["gemma-3-27b-it", "high", undefined],
    ["tunedModels/harbour-1", "low", undefined],
    ["gemini-3-flash-preview", "extreme" as "high", undefined],
  ];
  for (const [model, effort, config] of efforts) {
    test(`${model} is asked to think: ${effort}`, () => {
      const { body, dropped } = translate({ reasoning_effort: effort ?? null }, model);
      expect(body.generationConfig?.["thinkingConfig"]).toEqual(config);
      expect(dropped).toEqual(config === undefined ? ["reasoning_effort"] : []);
    });
  }
});

describe("tools", () => {
  const parameters = { type: "object", properties: { at: { type: "string" } } };
  const tools: ChatRequest["tools"] = [
    { type: "function", function: { name: "depth", description: "Depth of water", parameters } },
    { type: "function", function: { name: "tide" } },
  ];
  const allow = (mode: "auto" | "required"): NonNullable<ChatRequest["tool_choice"]> => ({
    type: "allowed_tools",
    allowed_tools: { mode, tools: [{ type: "function", function: { name: "tide" } }] },
  });

  test("definitions contain their JSON schema unchanged", () => {
    expect(bodyOf({ tools }).tools).toEqual([
      {
        functionDeclarations: [
          { name: "depth", description: "Depth of water", parametersJsonSchema: parameters },
          { name: "tide" },
        ],
      },
    ]);
  });

  const choices: [ChatRequest["tool_choice"], object | undefined][] = [
    [undefined, undefined],
    ["auto", { mode: "AUTO" }],
    ["none", { mode: "NONE" }],
    ["required", { mode: "ANY" }],
    [
      { type: "function", function: { name: "tide" } },
      { mode: "ANY", allowedFunctionNames: ["tide"] },
    ],
    [allow("required"), { mode: "ANY", allowedFunctionNames: ["tide"] }],
  ];
  for (const [tool_choice, config] of choices) {
    test(`the choice ${JSON.stringify(tool_choice)} becomes ${JSON.stringify(config)}`, () => {
      expect(
        bodyOf({ tools, ...(tool_choice && { tool_choice }) }).toolConfig?.functionCallingConfig,
      ).toEqual(config);
    });
  }

  test("if no call is required, only the allowed tools are declared", () => {
    const body = bodyOf({ tools, tool_choice: allow("auto") });
    expect(body.tools).toEqual([{ functionDeclarations: [{ name: "tide" }] }]);
    expect(body.toolConfig).toBeUndefined();
  });

  test("without tools no choice is sent, which Google would refuse", () => {
    expect(bodyOf({ tools: [], tool_choice: "auto" })).toEqual(bodyOf({}));
  });
});

describe("whatever the conversation", () => {
  const text = fc.string({ minLength: 1, unit: "grapheme" });
  const content = fc.oneof(text, fc.array(text.map((part) => ({ type: "text" as const, text: part }))));
  const turn = fc.oneof(
    fc.record({ role: fc.constantFrom("system", "developer", "user"), content }),
    fc.record({
      role: fc.constant("assistant"),
      content: fc.option(content),
      calls: fc.array(
        fc.record({ name: text, args: fc.dictionary(text, fc.jsonValue()), output: fc.string() }),
      ),
    }),
  );

  test("no text, no tool call and no result is lost or reordered", () => {
    fc.assert(
      fc.property(fc.array(turn), (turns) => {
        const messages: ChatMessage[] = [];
        const said: string[] = [];
        const told: string[] = [];
        const texts = (given: typeof content extends fc.Arbitrary<infer T> ? T : never) =>
          typeof given === "string" ? [given] : given.map((part) => part.text);
        for (const [index, one] of turns.entries()) {
          if (!("calls" in one)) {
            messages.push(one as ChatMessage);
            (one.role === "user" ? said : told).push(...texts(one.content).map((part) => `text ${part}`));
            continue;
          }
          const calls = one.calls.map(({ name, args }, position) => ({
            id: `${index}.${position}`,
            type: "function" as const,
            function: { name, arguments: JSON.stringify(args) },
          }));
          messages.push({ role: "assistant", content: one.content, tool_calls: calls });
          said.push(...texts(one.content ?? []).map((part) => `text ${part}`));
          for (const { name, args } of one.calls) said.push(`call ${name} ${JSON.stringify(args)}`);
          for (const [position, { name, output }] of one.calls.entries()) {
            messages.push({ role: "tool", tool_call_id: `${index}.${position}`, content: output });
            said.push(`result ${name} ${output}`);
          }
        }

        const { body, dropped } = translate({ messages });
        const { contents, systemInstruction } = JSON.parse(JSON.stringify(body));
        const parts: GooglePart[] = contents.flatMap((one: { parts: GooglePart[] }) => one.parts);
        const instructions: GooglePart[] = systemInstruction?.parts ?? [];
        const onlyTold = said.length === 0;
        expect(parts.map(show)).toEqual(onlyTold ? told : said);
        expect(instructions.map(show)).toEqual(onlyTold ? [] : told);
        expect(dropped).toEqual([]);
        const roles: string[] = contents.map((one: { role: string }) => one.role);
        expect(roles.every((role, index) => role !== roles[index - 1])).toBe(true);
      }),
      { numRuns: runs(200, 10_000) },
    );
  });

  function show({ text: said, functionCall, functionResponse }: GooglePart): string {
    if (functionCall) return `call ${functionCall.name} ${JSON.stringify(functionCall.args)}`;
    if (functionResponse) return `result ${functionResponse.name} ${functionResponse.response["output"]}`;
    return `text ${said}`;
  }

  test("a message of very many parts is translated", () => {
    const parts = Array.from({ length: 200_000 }, () => ({ type: "text" as const, text: "a" }));
    const { contents } = translate({ messages: [{ role: "user", content: parts }] }).body;
    expect(contents[0]?.parts).toHaveLength(200_000);
  });
});

test("null requests nothing, whatever the field", () => {
  const nulls = { tool_choice: null, response_format: null, stop: null, reasoning_effort: null, user: null };
  const tools = [{ type: "function" as const, function: { name: "depth" } }];
  expect(bodyOf({ tools, ...(nulls as unknown as Partial<ChatRequest>) })).toEqual(bodyOf({ tools }));
});
