import { describe, expect, test } from "vitest";
import type { Completion, CompletionChunk } from "../../../../src/contracts/index.ts";
import { createAssembler } from "../../../../src/router/call/assembler.ts";
import { toCompletion } from "../../../../src/router/providers/internal/converse-answer.ts";
import { endsAnswer, toChunks } from "../../../../src/router/providers/internal/converse-stream.ts";
import type { ServerEvent } from "../../../../src/router/providers/internal/server-events.ts";

// Forms of answers and counts: recorded in the tests of pydantic-ai and of openllmetry (22 August and 28 June 2026), others in
// the types of @aws-sdk/client-bedrock-runtime 3.1164.0; texts are ours.

const context = { name: "bedrock:m", writer: "bedrock:m", model: "m", created: 1_790_000_000 };
const usage = { inputTokens: 9, outputTokens: 3, totalTokens: 12 };

const whole = (content: unknown, more: object = {}): Completion =>
  toCompletion(
    { output: { message: { role: "assistant", content } }, stopReason: "end_turn", usage, ...more },
    context,
  );

const messageOf = (completion: Completion) => completion.choices[0]?.message;

async function* eventsOf(events: readonly (readonly [string, object])[]): AsyncGenerator<ServerEvent> {
  for (const [type, fields] of events)
    yield { type, data: JSON.stringify(fields), fields: { ...fields, p: "abc" } };
}

async function streamed(events: readonly (readonly [string, object])[]) {
  const chunks: CompletionChunk[] = [];
  const assembler = createAssembler();
  for await (const chunk of toChunks(eventsOf(events), context)) {
    chunks.push(chunk);
    assembler.add(chunk);
  }
  return { chunks, completion: assembler.completion() };
}

const delta = (contentBlockIndex: number, of: object) =>
  ["contentBlockDelta", { contentBlockIndex, delta: of }] as const;
const start = (contentBlockIndex: number, of: object) =>
  ["contentBlockStart", { contentBlockIndex, start: of }] as const;
const stop = (contentBlockIndex: number) => ["contentBlockStop", { contentBlockIndex }] as const;
const ending = (stopReason = "end_turn", metadata: object = { usage }) =>
  [["messageStop", { stopReason }] as const, ["metadata", metadata] as const] as const;
const begin = ["messageStart", { role: "assistant" }] as const;

const thought = { reasoningContent: { reasoningText: { text: "Hm.", signature: "c2ln" } } };

describe("what a block says has its place", () => {
  const location = { web: { url: "https://harbour.test/", domain: "harbour.test" } };
  const page = { documentPage: { documentIndex: 1, start: 2, end: 3 } };
  const citations = [{ title: "Harbour", location, sourceContent: [{ text: "12 m" }] }, { location: page }];

  test("whole", () => {
    const message = messageOf(
      whole([
        thought,
        { reasoningContent: { redactedContent: "cmVk" } },
        { text: "So: " },
        { citationsContent: { content: [{ text: "12 m" }], citations } },
        { image: { format: "png", source: { bytes: "iVBORw==" } } },
        { toolUse: { toolUseId: "a", name: "look", input: { at: "quay" }, type: "tool_use" } },
      ]),
    );
    expect(message).toMatchObject({
      content: "So: 12 m",
      reasoning_content: "Hm.",
      thinking_blocks: [
        { type: "thinking", thinking: "Hm.", signature: "c2ln" },
        { type: "redacted_thinking", data: "cmVk" },
      ],
      images: [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw==" } }],
      annotations: [
        { url_citation: { start_index: 4, end_index: 8, title: "Harbour", url: "https://harbour.test/" } },
        { url_citation: { start_index: 4, end_index: 8, url: "document:1" } },
      ],
      tool_calls: [{ id: "a", type: "function", function: { name: "look", arguments: '{"at":"quay"}' } }],
      written_by: "bedrock:m",
    });
    expect(message?.provider_parts).toHaveLength(6);
  });

  test("streamed", async () => {
    const { completion, chunks } = await streamed([
      begin,
      delta(0, { reasoningContent: { text: "H" } }),
      delta(0, { reasoningContent: { text: "m." } }),
      delta(0, { reasoningContent: { signature: "c2ln" } }),
      stop(0),
      delta(1, { reasoningContent: { redactedContent: "cmVk" } }),
      stop(1),
      delta(2, { text: "So: " }),
      stop(2),
      delta(3, { text: "12 m" }),
      delta(3, { citation: citations[0] }),
      delta(3, { citation: citations[1] }),
      stop(3),
      start(4, { image: { format: "png" } }),
      delta(4, { image: { source: { bytes: "iVBO" } } }),
      delta(4, { image: { source: { bytes: "Rw==" } } }),
      stop(4),
      start(5, { toolUse: { toolUseId: "a", name: "look" } }),
      delta(5, { toolUse: { input: '{"at":' } }),
      delta(5, { toolUse: { input: '"quay"}' } }),
      stop(5),
      ...ending("tool_use"),
    ]);
    const same = whole(
      [
        thought,
        { reasoningContent: { redactedContent: "cmVk" } },
        { text: "So: " },
        { citationsContent: { content: [{ text: "12 m" }], citations } },
        { image: { format: "png", source: { bytes: "iVBORw==" } } },
        { toolUse: { toolUseId: "a", name: "look", input: { at: "quay" } } },
      ],
      { stopReason: "tool_use" },
    );
    expect(messageOf(completion)).toEqual(messageOf(same));
    expect(completion.usage).toEqual(same.usage);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("tool_calls");
  });

  test("what ran at the provider is no call, and is kept in its order", async () => {
    const blocks = [
      {
        toolUse: {
          toolUseId: "s1",
          name: "nova_code_interpreter",
          type: "server_tool_use",
          input: { snippet: "1" },
        },
      },
      {
        toolResult: {
          toolUseId: "s1",
          type: "nova_code_interpreter_result",
          content: [{ json: { stdOut: "1" } }],
        },
      },
      { toolUse: { toolUseId: "a", name: "final", input: {} } },
    ];
    const said = whole(blocks, { stopReason: "tool_use" });
    expect(messageOf(said)).toMatchObject({ content: null, provider_parts: blocks });
    expect(messageOf(said)?.tool_calls).toHaveLength(1);
    const { completion } = await streamed([
      begin,
      start(0, { toolUse: { toolUseId: "s1", name: "nova_code_interpreter", type: "server_tool_use" } }),
      delta(0, { toolUse: { input: '{"snippet":"1"}' } }),
      stop(0),
      start(1, { toolResult: { toolUseId: "s1", type: "nova_code_interpreter_result" } }),
      delta(1, { toolResult: [{ json: { stdOut: "1" } }] }),
      stop(1),
      start(2, { toolUse: { toolUseId: "a", name: "final" } }),
      stop(2),
      ...ending("tool_use"),
    ]);
    expect(messageOf(completion)).toEqual(messageOf(said));
  });

  test("blocks of a kind that does not exist yet are kept", async () => {
    const { completion } = await streamed([
      begin,
      start(0, { dance: { step: 1 } }),
      delta(0, { step: 2 }),
      stop(0),
      ...ending(),
    ]);
    expect(messageOf(completion)?.provider_parts).toEqual([{ dance: { step: 1 }, step: 2 }]);
    expect(messageOf(whole([{ dance: {} }, 5, null, "x", { text: "a" }]))).toMatchObject({
      content: "a",
      provider_parts: [{ dance: {} }, { text: "a" }],
    });
  });

  test("empty deltas and empty blocks add nothing, as gpt-oss sends them", async () => {
    const { chunks, completion } = await streamed([
      begin,
      delta(0, { text: "" }),
      stop(0),
      delta(1, { reasoningContent: { text: "Say hi." } }),
      stop(1),
      delta(2, { text: "Hi" }),
      stop(2),
      ...ending(),
    ]);
    expect(chunks).toHaveLength(5);
    expect(messageOf(completion)).toMatchObject({ content: "Hi", reasoning_content: "Say hi." });
    expect(messageOf(completion)).not.toHaveProperty("thinking_blocks");
    expect(messageOf(completion)).not.toHaveProperty("provider_parts");
  });
});

describe("the end of an answer", () => {
  test.each([
    ["end_turn", "stop", undefined],
    ["stop_sequence", "stop", undefined],
    ["max_tokens", "length", undefined],
    ["tool_use", "tool_calls", undefined],
    ["model_context_window_exceeded", "length", "model_context_window_exceeded"],
    ["guardrail_intervened", "content_filter", "guardrail_intervened"],
    ["content_filtered", "content_filter", "content_filtered"],
    ["constructor", "stop", "constructor"],
  ])("%s is %s", (reason, finish, native) => {
    const choice = whole([{ text: "x" }], { stopReason: reason }).choices[0];
    expect([choice?.finish_reason, choice?.native_finish_reason]).toEqual([finish, native]);
  });

  test.each(["malformed_model_output", "malformed_tool_use"])(
    "%s is a failed answer whose text is kept",
    async (reason) => {
      const failed = expect.objectContaining({ kind: "incomplete", detail: "half", retryable: true });
      expect(() => whole([{ text: "half" }], { stopReason: reason })).toThrow(failed);
      await expect(streamed([begin, delta(0, { text: "half" }), ...ending(reason)])).rejects.toEqual(failed);
    },
  );

  test.each([{}, { output: {} }, { output: { message: { content: "x" } } }, [], null, 5])(
    "%j is no answer",
    (body) => {
      expect(() => toCompletion(body, context)).toThrow(expect.objectContaining({ kind: "incomplete" }));
    },
  );

  test("a stream without a stop reason is cut off; usage may be missing", async () => {
    await expect(streamed([begin, delta(0, { text: "x" }), stop(0)])).rejects.toMatchObject({
      kind: "incomplete",
    });
    const { completion } = await streamed([
      begin,
      delta(0, { text: "x" }),
      ["messageStop", { stopReason: "end_turn" }],
    ]);
    expect(completion.usage).toBeUndefined();
    expect(
      ["contentBlockDelta", "messageStop", "metadata"].map((type) =>
        endsAnswer({ type, data: "", fields: {} }),
      ),
    ).toEqual([false, true, undefined]);
  });

  test("the reason is delivered before what follows the answer has come", async () => {
    const late = async function* (): AsyncGenerator<ServerEvent> {
      yield* eventsOf([begin, delta(0, { text: "x" }), stop(0), ["messageStop", { stopReason: "end_turn" }]]);
      await new Promise(() => {});
    };
    const reasons: unknown[] = [];
    for await (const { choices } of toChunks(late(), context)) {
      reasons.push(choices[0]?.finish_reason);
      if (choices[0]?.finish_reason === "stop") break;
    }
    expect(reasons).toEqual([null, null, "stop"]);
  });

  test("what a guardrail found is kept beside the answer", async () => {
    const trace = {
      guardrail: { inputAssessment: { g1: { topicPolicy: { topics: [{ name: "t", action: "BLOCKED" }] } } } },
    };
    const kept = { trace, performanceConfig: { latency: "standard" } };
    const said = whole([{ text: "blocked" }], { stopReason: "guardrail_intervened", ...kept });
    expect(messageOf(said)).toMatchObject({ content: "blocked", provider_metadata: kept });
    const { completion } = await streamed([
      begin,
      delta(0, { text: "blocked" }),
      ...ending("guardrail_intervened", { usage, ...kept }),
    ]);
    expect(messageOf(completion)).toEqual(messageOf(said));
  });

  test("a router of prompts names the model that answered", () => {
    const invokedModelId = "arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-lite-v1:0";
    expect(whole([{ text: "x" }], { trace: { promptRouter: { invokedModelId } } }).model).toBe(
      "us.amazon.nova-lite-v1:0",
    );
    expect(whole([{ text: "x" }]).model).toBe("m");
  });
});

// Counts as recorded: those of the cache are beside the input.
test.each([
  [
    {
      inputTokens: 2,
      outputTokens: 5,
      totalTokens: 1_329,
      cacheReadInputTokens: 1_322,
      cacheReadInputTokenCount: 1_322,
      cacheWriteInputTokens: 0,
    },
    {
      prompt_tokens: 1_324,
      completion_tokens: 5,
      total_tokens: 1_329,
      prompt_tokens_details: { cached_tokens: 1_322, cache_write_tokens: 0 },
    },
  ],
  [
    {
      inputTokens: 2_326,
      outputTokens: 37,
      totalTokens: 3_868,
      cacheWriteInputTokens: 1_505,
      cacheDetails: [
        { ttl: "1h", inputTokens: 1_000 },
        { ttl: "5m", inputTokens: 505 },
      ],
    },
    {
      prompt_tokens: 3_831,
      completion_tokens: 37,
      total_tokens: 3_868,
      prompt_tokens_details: {
        cache_write_tokens: 1_505,
        cache_creation_token_details: { ephemeral_1h_input_tokens: 1_000 },
      },
    },
  ],
  [{ inputTokens: 30 }, { prompt_tokens: 30, prompt_tokens_details: {} }],
  [{ inputTokens: -1, outputTokens: "x" }, undefined],
  [null, undefined],
])("usage %j", (counts, expected) => {
  expect(whole([{ text: "x" }], { usage: counts }).usage).toEqual(expected);
});

test.each([
  [{ serviceTier: { type: "flex" } }, "flex"],
  [{ serviceTier: { type: "default" } }, undefined],
  [{ performanceConfig: { latency: "optimized" } }, "optimized-latency"],
])("the class of service in %j is %s", (more, tier) => {
  expect(whole([{ text: "x" }], more).usage?.service_tier).toBe(tier);
});

test("an answer of a million small citations takes time in proportion", async () => {
  const citation = { citation: { title: "t" } };
  const many = Array.from({ length: 60_000 }, () => delta(0, citation));
  const { completion } = await streamed([begin, delta(0, { text: "x" }), ...many, stop(0), ...ending()]);
  expect(messageOf(completion)?.annotations).toHaveLength(60_000);
});
