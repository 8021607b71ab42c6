import { describe, expect, test } from "vitest";
import type { ChatRequest, ModelDefaults } from "../../../../src/contracts/index.ts";
import { converseModel } from "../../../../src/router/providers/internal/converse-models.ts";
import { toConverseBody } from "../../../../src/router/providers/internal/converse-request.ts";

// Forms of requests: recorded in the tests of pydantic-ai and of openllmetry (22 August and 28 June 2026); texts are ours.

const nova = "us.amazon.nova-2-lite-v1:0";
const llama = "us.meta.llama4-maverick-17b-instruct-v1:0";
const claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const adaptive = "global.anthropic.claude-opus-4-7";
const oss = "openai.gpt-oss-120b-1:0";

interface Settings {
  readonly defaults?: ModelDefaults;
  readonly strictParameters?: boolean;
}

function bodyOf(request: ChatRequest, model = nova, settings: Settings = {}) {
  const dropped: string[] = [];
  const body = toConverseBody(request, {
    name: `bedrock:${model}`,
    writer: `bedrock:${model}`,
    model: converseModel(model),
    onDropped: (parameter) => dropped.push(parameter),
    ...settings,
  });
  return { body, dropped };
}

const user = (content: unknown): ChatRequest => ({ messages: [{ role: "user", content }] }) as ChatRequest;
const hello = user("Hello");
const png = "data:image/png;base64,iVBORw0KGgo=";
const look = {
  type: "function" as const,
  function: {
    name: "look",
    description: "Looks.",
    parameters: { type: "object", properties: { at: {} } },
    strict: true,
  },
};
const call = (id: string, at = "quay") => ({
  id,
  type: "function" as const,
  function: { name: "look", arguments: JSON.stringify({ at }) },
});

test("a system prompt, turns and results of parallel calls have the form of recorded requests", () => {
  const { body, dropped } = bodyOf({
    messages: [
      { role: "system", content: "Be brief." },
      { role: "developer", content: [{ type: "text", text: "In English." }] },
      { role: "user", content: "Look twice." },
      { role: "assistant", content: null, tool_calls: [call("tooluse_a"), call("tooluse_b", "pier")] },
      { role: "tool", tool_call_id: "tooluse_a", content: "a boat" },
      { role: "tool", tool_call_id: "tooluse_b", content: "" },
      { role: "user", content: "And now?" },
    ],
    tools: [look],
    tool_choice: "required",
    max_completion_tokens: 100,
    temperature: 1.4,
    top_p: 0.9,
    stop: ["END", " "],
  });
  expect(body).toEqual({
    system: [{ text: "Be brief." }, { text: "In English." }],
    messages: [
      { role: "user", content: [{ text: "Look twice." }] },
      {
        role: "assistant",
        content: [
          { toolUse: { toolUseId: "tooluse_a", name: "look", input: { at: "quay" } } },
          { toolUse: { toolUseId: "tooluse_b", name: "look", input: { at: "pier" } } },
        ],
      },
      {
        role: "user",
        content: [
          { toolResult: { toolUseId: "tooluse_a", content: [{ text: "a boat" }] } },
          { toolResult: { toolUseId: "tooluse_b", content: [{ text: "(no output)" }] } },
          { text: "And now?" },
        ],
      },
    ],
    toolConfig: {
      tools: [
        {
          toolSpec: {
            name: "look",
            description: "Looks.",
            inputSchema: { json: { type: "object", properties: { at: {} } } },
          },
        },
      ],
      toolChoice: { any: {} },
    },
    inferenceConfig: { maxTokens: 100, temperature: 1, topP: 0.9, stopSequences: ["END"] },
  });
  expect(dropped).toEqual(["tools.function.strict", "stop"]);
});

test("pictures and documents go as bytes, each document under a name that Bedrock accepts, and next to a text", () => {
  const pdf = "data:application/pdf;base64,JVBERi0=";
  const { body } = bodyOf(
    user([
      { type: "image_url", image_url: { url: png } },
      { type: "image_url", image_url: { url: "s3://bucket/a.jpg" } },
      { type: "file", file: { file_data: pdf, filename: "Q3: größte  Häfen (v2).pdf" } },
      { type: "file", file: { file_data: pdf, filename: "Q3: größte  Häfen (v2).pdf" } },
      { type: "file", file: { file_data: "data:text/csv;base64,YSxi" } },
    ]),
  );
  expect(body.messages[0]?.content).toEqual([
    { image: { format: "png", source: { bytes: "iVBORw0KGgo=" } } },
    { image: { format: "jpeg", source: { s3Location: { uri: "s3://bucket/a.jpg" } } } },
    { document: { format: "pdf", name: "Q3- gr--te H-fen (v2)", source: { bytes: "JVBERi0=" } } },
    { document: { format: "pdf", name: "Q3- gr--te H-fen (v2) (2)", source: { bytes: "JVBERi0=" } } },
    { document: { format: "csv", name: "Document 3", source: { bytes: "YSxi" } } },
    { text: "Attached: Q3- gr--te H-fen (v2), Q3- gr--te H-fen (v2) (2), Document 3" },
  ]);
});

test("a tool may answer with a picture", () => {
  const { body } = bodyOf({
    messages: [
      { role: "user", content: "Look." },
      { role: "assistant", content: null, tool_calls: [call("a")] },
      { role: "tool", tool_call_id: "a", content: [{ type: "image_url", image_url: { url: png } }] as never },
    ],
  });
  expect(body.messages.at(-1)?.content).toEqual([
    {
      toolResult: {
        toolUseId: "a",
        content: [{ image: { format: "png", source: { bytes: "iVBORw0KGgo=" } } }],
      },
    },
  ]);
  // The tool of an earlier call must be defined.
  expect(body.toolConfig?.tools.map(({ toolSpec }) => toolSpec.name)).toEqual(["look"]);
});

test.each([
  ["image_url", { image_url: { url: "https://x.test/a.png" } }, "Bedrock loads no other addresses"],
  [
    "image_url",
    { image_url: { url: "data:image/tiff;base64,AA==" } },
    "messages[0].content[0].image_url.url",
  ],
  ["file", { file: { file_id: "file-1" } }, "messages[0].content[0].file.file_data"],
  ["constructor", {}, "must be text, image_url or file"],
])("a part of type %s that cannot be sent is refused: %o", (type, part, words) => {
  expect(() => bodyOf(user([{ type, ...part }]))).toThrow(words);
});

describe("places up to which a prompt is kept", () => {
  const marked = (text: string, ttl?: "30m" | "12h") => ({
    type: "text",
    text,
    prompt_cache_breakpoint: { mode: "explicit", ...(ttl && { ttl }) },
  });
  const request = {
    messages: [
      { role: "system", content: [marked("rules")] },
      { role: "user", content: [marked("book", "12h"), { type: "text", text: "?" }] },
    ],
  } as ChatRequest;

  test("are cache points for models that keep prompts", () => {
    const { body, dropped } = bodyOf(request, claude);
    expect(body.system).toEqual([{ text: "rules" }, { cachePoint: { type: "default" } }]);
    expect(body.messages[0]?.content).toEqual([
      { text: "book" },
      { cachePoint: { type: "default", ttl: "1h" } },
      { text: "?" },
    ]);
    expect(dropped).toEqual([]);
    const short = bodyOf(request, nova);
    expect(short.body.messages[0]?.content[1]).toEqual({ cachePoint: { type: "default" } });
    expect(short.dropped).toEqual(["messages.content.prompt_cache_breakpoint"]);
  });

  test("are left out for other models, and beyond four", () => {
    const none = bodyOf(request, llama);
    expect(JSON.stringify(none.body)).not.toContain("cachePoint");
    expect(none.dropped).toEqual(["messages.content.prompt_cache_breakpoint"]);
    const many = bodyOf(user(["a", "b", "c", "d", "e"].map((text) => marked(text))), claude);
    expect(many.body.messages[0]?.content.filter(({ cachePoint }) => cachePoint)).toHaveLength(4);
  });
});

test.each([
  [claude, "low", { thinking: { type: "enabled", budget_tokens: 4000 } }],
  [claude, "none", undefined],
  [adaptive, "high", { thinking: { type: "adaptive" }, output_config: { effort: "high" } }],
  [nova, "low", { reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } }],
  [nova, "max", { reasoningConfig: { type: "enabled", maxReasoningEffort: "medium" } }],
  [nova, "none", { reasoningConfig: { type: "disabled" } }],
  [oss, "medium", { reasoning_effort: "medium" }],
  [llama, "high", undefined],
] as const)("%s is asked to think with effort %s", (model, reasoning_effort, fields) => {
  const { body, dropped } = bodyOf({ ...hello, reasoning_effort, max_tokens: 20_000 }, model);
  expect(body.additionalModelRequestFields).toEqual(fields);
  const isLess = model === llama || reasoning_effort === "max";
  expect(dropped).toEqual(isLess ? ["reasoning_effort"] : []);
});

test("a model that thinks, and one that takes no temperature, is sent none", () => {
  const sampling = { temperature: 0.2, top_p: 0.5 };
  const thinking = bodyOf({ ...hello, ...sampling, reasoning_effort: "low", max_tokens: 9_000 }, claude);
  expect(thinking.body.inferenceConfig).toEqual({ maxTokens: 9_000 });
  expect(thinking.dropped).toEqual(["temperature", "top_p"]);
  expect(bodyOf({ ...hello, ...sampling }, adaptive).body.inferenceConfig).toBeUndefined();
  expect(bodyOf({ ...hello, ...sampling }, claude).body.inferenceConfig).toEqual({
    temperature: 0.2,
    topP: 0.5,
  });
});

test("a schema is sent as text, a class of service as its type", () => {
  const schema = { type: "object", properties: { depth: { type: "number" } } };
  const { body } = bodyOf({
    ...hello,
    response_format: {
      type: "json_schema",
      json_schema: { name: "berth", description: "A berth.", schema, strict: true },
    },
    service_tier: "flex",
  });
  expect(body.outputConfig).toEqual({
    textFormat: {
      type: "json_schema",
      structure: { jsonSchema: { name: "berth", description: "A berth.", schema: JSON.stringify(schema) } },
    },
  });
  expect(body.serviceTier).toEqual({ type: "flex" });
});

test.each([
  [{ type: "function", function: { name: "look" } }, { tool: { name: "look" } }, []],
  ["auto", undefined, []],
  [
    {
      type: "allowed_tools",
      allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "look" } }] },
    },
    { any: {} },
    [],
  ],
] as const)("the choice of a tool %j", (tool_choice, expected, reported) => {
  const { body, dropped } = bodyOf({ ...hello, tools: [look], tool_choice } as ChatRequest, claude);
  expect(body.toolConfig?.toolChoice).toEqual(expected);
  expect(body.toolConfig?.tools[0]?.toolSpec.strict).toBe(true);
  expect(dropped).toEqual(reported);
});

test("no tool may be called: tools are left out, unless earlier calls need them", () => {
  expect(bodyOf({ ...hello, tools: [look], tool_choice: "none" }).body.toolConfig).toBeUndefined();
  const { body, dropped } = bodyOf({
    messages: [
      { role: "user", content: "x" },
      { role: "assistant", content: "", tool_calls: [call("a")] },
      { role: "tool", tool_call_id: "a", content: "y" },
    ],
    tools: [look],
    tool_choice: "none",
  });
  expect(body.toolConfig?.tools).toHaveLength(1);
  expect(dropped).toEqual(["tool_choice", "tools.function.strict"]);
});

test("fields of Bedrock are merged into objects of the body, and the request's own limit stays", () => {
  const guardrailConfig = { guardrailIdentifier: "g1", guardrailVersion: "DRAFT" };
  const extraBody = {
    guardrailConfig,
    additionalModelRequestFields: { top_k: 20 },
    inferenceConfig: { maxTokens: 7, topP: 0.5 },
  };
  const { body } = bodyOf({ ...hello, reasoning_effort: "low", max_tokens: 5_000 }, claude, {
    defaults: { extraBody },
  });
  expect(body).toMatchObject({
    guardrailConfig,
    additionalModelRequestFields: { top_k: 20, thinking: { type: "enabled" } },
    inferenceConfig: { maxTokens: 5_000, topP: 0.5 },
  });
});

test("parameters that Converse lacks are reported, or refused where that is asked", () => {
  const more = { seed: 1, parallel_tool_calls: false, user: "u" };
  expect(bodyOf({ ...hello, ...more }).dropped).toEqual(["seed", "parallel_tool_calls", "user"]);
  expect(() => bodyOf({ ...hello, seed: 1 }, nova, { strictParameters: true })).toThrow(
    "seed has no counterpart in Converse",
  );
});

describe("an earlier answer", () => {
  const thinking = [
    { type: "thinking", thinking: "Hm.", signature: "c2ln" },
    { type: "redacted_thinking", data: "cmVk" },
  ];
  const asked = (message: object): ChatRequest =>
    ({ messages: [{ role: "user", content: "a" }, message, { role: "user", content: "b" }] }) as ChatRequest;

  test("gives its thinking back to the model that wrote it, and to no other", () => {
    const message = {
      role: "assistant",
      content: "x",
      thinking_blocks: thinking,
      written_by: `bedrock:${claude}`,
    };
    expect(bodyOf(asked(message), claude).body.messages[1]?.content).toEqual([
      { reasoningContent: { reasoningText: { text: "Hm.", signature: "c2ln" } } },
      { reasoningContent: { redactedContent: "cmVk" } },
      { text: "x" },
    ]);
    expect(bodyOf(asked(message), nova).body.messages[1]?.content).toEqual([{ text: "x" }]);
  });

  const parts = [
    {
      toolUse: {
        toolUseId: "s1",
        name: "nova_code_interpreter",
        input: { snippet: "1 + 1" },
        type: "server_tool_use",
      },
    },
    {
      toolResult: {
        toolUseId: "s1",
        content: [{ json: { stdOut: "2" } }],
        status: "success",
        type: "nova_code_interpreter_result",
      },
    },
    { text: "It is 2." },
    { toolUse: { toolUseId: "a", name: "look", input: { at: "quay" }, type: "tool_use" } },
  ];
  const own = {
    role: "assistant",
    content: "It is 2.",
    tool_calls: [call("a")],
    provider_parts: parts,
    written_by: `bedrock:${nova}`,
  };

  test("goes back with what ran at the provider, while it says the same", () => {
    const plain = { toolUseId: "a", name: "look", input: { at: "quay" } };
    expect(bodyOf(asked(own)).body.messages[1]?.content).toEqual([...parts.slice(0, 3), { toolUse: plain }]);
    const translated = [
      { text: "It is 2." },
      { toolUse: { toolUseId: "a", name: "look", input: { at: "quay" } } },
    ];
    expect(bodyOf(asked(own), llama).body.messages[1]?.content).toEqual(translated);
    const edited = { ...own, content: "It is 3." };
    expect(bodyOf(asked(edited)).body.messages[1]?.content).toEqual([{ text: "It is 3." }, translated[1]]);
    const other = { ...own, tool_calls: [call("a", "pier")] };
    expect(bodyOf(asked(other)).body.messages[1]?.content[0]).toEqual({ text: "It is 2." });
  });
});

test("ids of other providers' calls are replaced where the model refuses them, in call and result alike", () => {
  const messages: ChatRequest["messages"] = [
    { role: "user", content: "x" },
    { role: "assistant", content: null, tool_calls: [call("functions.look:0")] },
    { role: "tool", tool_call_id: "functions.look:0", content: "y" },
  ];
  const idsOf = (model: string) => {
    const [, said, result] = bodyOf({ messages }, model).body.messages;
    return [said?.content[0]?.toolUse?.toolUseId, result?.content[0]?.toolResult?.toolUseId];
  };
  const [id, ofResult] = idsOf(claude);
  expect(id).toMatch(/^call_[\w-]{24}$/);
  expect(ofResult).toBe(id);
  // Kimi names its calls so.
  expect(idsOf("moonshot.kimi-k2-thinking")).toEqual(["functions.look:0", "functions.look:0"]);
});
