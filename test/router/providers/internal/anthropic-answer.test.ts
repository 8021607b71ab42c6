import { describe, expect, test } from "vitest";
import type { CompletionChunk } from "../../../../src/contracts/index.ts";
import { toCompletion } from "../../../../src/router/providers/internal/anthropic-answer.ts";
import {
  endsAnswer,
  readStreamedMessage,
  toChunks,
} from "../../../../src/router/providers/internal/anthropic-stream.ts";
import type { AnswerEvent } from "../../../../src/router/providers/internal/anthropic-wire.ts";
import { untilEnd } from "../../../../src/router/providers/internal/until-end.ts";

const writer = "anthropic:claude-opus-5-5";
const context = { name: "large", writer, created: 1_790_000_000 };

const message = {
  id: "msg_01",
  type: "message",
  role: "assistant",
  model: "claude-opus-5-5",
  content: [{ type: "text", text: "Hi." }],
  stop_reason: "end_turn",
  stop_details: null,
  usage: { input_tokens: 10, output_tokens: 5 },
};

const thinking = { type: "thinking", thinking: "Oslo is cold.", signature: "c2ln" };
const redacted = { type: "redacted_thinking", data: "ZGF0YQ==" };
const toolUse = { type: "tool_use", id: "toolu_1", name: "get_weather", input: { city: "Oslo" } };

/** The events of an answer with thinking, text, and two tool calls of which the second has no input. */
const events: AnswerEvent[] = [
  {
    type: "message_start",
    message: {
      ...message,
      content: [],
      stop_reason: null,
      usage: {
        input_tokens: 3,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 20,
        output_tokens: 1,
      },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Oslo is" } },
  { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: " cold." } },
  { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "c2ln" } },
  { type: "content_block_stop", index: 0 },
  { type: "content_block_start", index: 1, content_block: redacted },
  { type: "content_block_stop", index: 1 },
  { type: "content_block_start", index: 2, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 2, delta: { type: "text_delta", text: "Let me" } },
  { type: "content_block_delta", index: 2, delta: { type: "citations_delta" } },
  { type: "content_block_delta", index: 2, delta: { type: "text_delta", text: " look." } },
  { type: "content_block_stop", index: 2 },
  { type: "content_block_start", index: 3, content_block: { ...toolUse, input: {} } },
  { type: "content_block_delta", index: 3, delta: { type: "input_json_delta", partial_json: "" } },
  { type: "content_block_delta", index: 3, delta: { type: "input_json_delta", partial_json: '{"city":' } },
  { type: "content_block_delta", index: 3, delta: { type: "input_json_delta", partial_json: '"Oslo"}' } },
  { type: "content_block_stop", index: 3 },
  { type: "an_event_of_tomorrow" },
  {
    type: "content_block_start",
    index: 4,
    content_block: { type: "tool_use", id: "toolu_2", name: "now", input: {} },
  },
  { type: "content_block_stop", index: 4 },
  {
    type: "message_delta",
    delta: { stop_reason: "tool_use" },
    usage: { output_tokens: 90, input_tokens: null, output_tokens_details: { thinking_tokens: 40 } },
  },
  { type: "message_stop" },
];

async function* iterate(list: readonly AnswerEvent[]): AsyncGenerator<AnswerEvent> {
  yield* list;
}

async function chunksOf(list: readonly AnswerEvent[]): Promise<CompletionChunk[]> {
  const chunks: CompletionChunk[] = [];
  for await (const chunk of toChunks(iterate(list), context)) chunks.push(chunk);
  return chunks;
}

const incomplete = expect.objectContaining({ kind: "incomplete", retryable: true, model: context.name });

const fullUsage = {
  prompt_tokens: 123,
  completion_tokens: 90,
  total_tokens: 213,
  prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 20 },
  completion_tokens_details: { reasoning_tokens: 40 },
};

describe("a whole answer", () => {
  test("has the shape of a chat completion", () => {
    expect(toCompletion(message, context)).toEqual({
      id: "msg_01",
      object: "chat.completion",
      created: 1_790_000_000,
      model: "claude-opus-5-5",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Hi.", refusal: null },
          finish_reason: "stop",
          logprobs: null,
        },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, prompt_tokens_details: {} },
    });
  });

  test("keeps tool calls, reasoning and its signatures", () => {
    const content = [
      thinking,
      redacted,
      { type: "text", text: "Let me" },
      { type: "server_tool_use" },
      toolUse,
    ];
    const completion = toCompletion({ ...message, content, stop_reason: "tool_use" }, context);
    expect(completion.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        content: "Let me",
        reasoning_content: "Oslo is cold.",
        thinking_blocks: [thinking, redacted],
        written_by: writer,
        tool_calls: [
          {
            id: "toolu_1",
            type: "function",
            function: { name: "get_weather", arguments: '{"city":"Oslo"}' },
          },
        ],
      },
    });
  });

  test("has no content if there is no text", () => {
    const completion = toCompletion({ ...message, content: [toolUse] }, context);
    expect(completion.choices[0]?.message.content).toBeNull();
  });

  test.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["tool_use", "tool_calls"],
    ["refusal", "content_filter"],
    ["pause_turn", "length"],
    ["a_reason_of_tomorrow", "stop"],
  ])("the stop reason %s is the finish reason %s", (stop_reason, expected) => {
    const completion = toCompletion({ ...message, stop_reason }, context);
    expect(completion.choices[0]?.finish_reason).toBe(expected);
  });

  test("a refusal carries the provider's explanation", () => {
    const refused = { ...message, stop_reason: "refusal", stop_details: { explanation: "Cyber." } };
    expect(toCompletion(refused, context).choices[0]?.message.refusal).toBe("Cyber.");
  });

  test("usage counts cached input within the input; unknown usage stays unknown", () => {
    const usage = {
      input_tokens: 3,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 20,
      output_tokens: 90,
      output_tokens_details: { thinking_tokens: 40 },
    };
    expect(toCompletion({ ...message, usage }, context).usage).toEqual(fullUsage);
    const { usage: _, ...silent } = message;
    expect(toCompletion(silent, context)).not.toHaveProperty("usage");
  });

  test.each([
    ["text", "<html>"],
    ["nothing", undefined],
    ["null", null],
    ["an object of another shape", { choices: [] }],
    ["a message that did not end", { ...message, stop_reason: null }],
  ])("%s is not an answer", (_, answer) => {
    expect(() => toCompletion(answer, context)).toThrow(incomplete);
  });
});

describe("a streamed answer", () => {
  test("becomes chunks in the order of its events", async () => {
    const chunks = await chunksOf(events);
    const delta = (value: object, finish_reason: string | null = null) => ({
      id: "msg_01",
      object: "chat.completion.chunk",
      created: 1_790_000_000,
      model: "claude-opus-5-5",
      choices: [{ index: 0, delta: value, finish_reason, logprobs: null }],
    });
    const opened = (index: number, id: string, name: string) =>
      delta({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] });
    const piece = (index: number, json: string) =>
      delta({ tool_calls: [{ index, function: { arguments: json } }] });
    // The input is told at the start: a caller that leaves is billed by it.
    const { completion_tokens: _, total_tokens: __, completion_tokens_details: ___, ...early } = fullUsage;
    expect(chunks).toEqual([
      { ...delta({ role: "assistant", content: "" }), usage: early },
      delta({ reasoning_content: "Oslo is", written_by: writer }),
      delta({ reasoning_content: " cold." }),
      delta({ thinking_blocks: [thinking] }),
      delta({ thinking_blocks: [redacted] }),
      delta({ content: "Let me" }),
      delta({ content: " look." }),
      opened(0, "toolu_1", "get_weather"),
      piece(0, '{"city":'),
      piece(0, '"Oslo"}'),
      opened(1, "toolu_2", "now"),
      piece(1, "{}"),
      delta({}, "tool_calls"),
      { ...delta({}), choices: [], usage: fullUsage },
    ]);
  });

  test("read as one message it is the whole answer", async () => {
    const completion = toCompletion(await readStreamedMessage(iterate(events), context.name), context);
    expect(completion.usage).toEqual(fullUsage);
    expect(completion.choices[0]).toEqual({
      index: 0,
      finish_reason: "tool_calls",
      logprobs: null,
      message: {
        role: "assistant",
        content: "Let me look.",
        refusal: null,
        reasoning_content: "Oslo is cold.",
        thinking_blocks: [thinking, redacted],
        written_by: writer,
        tool_calls: [
          {
            id: "toolu_1",
            type: "function",
            function: { name: "get_weather", arguments: '{"city":"Oslo"}' },
          },
          { id: "toolu_2", type: "function", function: { name: "now", arguments: "{}" } },
        ],
      },
    });
  });

  test("cut off by the limit within a tool call it keeps the call as received", async () => {
    const cut = events.map((event): AnswerEvent => {
      if (event.delta?.partial_json === '"Oslo"}')
        return { ...event, delta: { ...event.delta, partial_json: '"Os' } };
      return event.type === "message_delta" ? { ...event, delta: { stop_reason: "max_tokens" } } : event;
    });
    const completion = toCompletion(await readStreamedMessage(iterate(cut), context.name), context);
    expect(completion.choices[0]?.finish_reason).toBe("length");
    expect(completion.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { arguments: '{"city":"Os' },
    });
  });

  test("is incomplete if any of its ends is missing, whatever else arrived", async () => {
    const without = (type: string) => events.filter((event) => event.type !== type);
    const breaks = [without("message_delta"), []];
    for (const list of breaks) {
      await expect(chunksOf(list)).rejects.toEqual(incomplete);
      await expect(readStreamedMessage(iterate(list), context.name)).rejects.toEqual(incomplete);
    }
    for (let length = 0; length < events.length - 1; length += 1)
      await expect(chunksOf(events.slice(0, length))).rejects.toEqual(incomplete);
  });

  test("keeps its text without its start", async () => {
    const chunks = await chunksOf(events.filter(({ type }) => type !== "message_start"));
    const textOf = (from: typeof chunks) =>
      from.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    expect(textOf(chunks)).toBe(textOf(await chunksOf(events)));
  });

  test("is complete with its stop reason, also without message_stop", async () => {
    expect(await chunksOf(events.slice(0, -1))).toEqual(await chunksOf(events));
    const message = await readStreamedMessage(iterate(events.slice(0, -1)), context.name);
    expect(message).toEqual(await readStreamedMessage(iterate(events), context.name));
  });

  test("is complete although the connection fails after its end", async () => {
    async function* failing(): AsyncGenerator<AnswerEvent> {
      yield* events;
      throw new TypeError("terminated");
    }
    const message = await readStreamedMessage(untilEnd(failing(), endsAnswer), context.name);
    expect(message.stop_reason).toBe("tool_use");
  });
});
