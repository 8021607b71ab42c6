import { describe, expect, test } from "vitest";
import type { ChatMessage, CompletionChunk } from "../../../../src/contracts/index.ts";
import { createAssembler } from "../../../../src/router/call/assembler.ts";
import { lookUpModel } from "../../../../src/router/cost/catalogue.ts";
import { createPricing } from "../../../../src/router/cost/pricing.ts";
import { toCompletion } from "../../../../src/router/providers/internal/anthropic-answer.ts";
import { toMessagesBody } from "../../../../src/router/providers/internal/anthropic-request.ts";
import { toChunks } from "../../../../src/router/providers/internal/anthropic-stream.ts";
import type { AnswerEvent } from "../../../../src/router/providers/internal/anthropic-wire.ts";
import { type RecordedMessage, recorded, searched } from "./anthropic-recorded.data.ts";

type Message = RecordedMessage["message"];
const writerOf = ({ model }: Message) => `anthropic:${model}`;
const contextOf = (message: Message) => ({ name: "m", writer: writerOf(message), created: 1 });
const all = [...recorded.map(({ message }) => message), searched];

/** Events of a stream that says the same: blocks that come whole, and those that come in deltas. */
function* eventsOf({ content, stop_reason, usage, container, context_management, ...head }: Message) {
  const { input_tokens } = usage as { input_tokens: number };
  const start = { ...head, content: [], stop_reason: null, usage: { input_tokens, output_tokens: 2 } };
  yield { type: "message_start", message: start };
  for (const [index, block] of content.entries()) {
    const delta = (given: object) => ({ type: "content_block_delta", index, delta: given });
    const { text, citations, ...others } = block;
    const isText = block["type"] === "text";
    const isCompaction = block["type"] === "compaction";
    const content_block = isText
      ? { ...others, text: "" }
      : isCompaction
        ? { ...block, content: null }
        : block;
    const isCall = block["type"] === "server_tool_use" || block["type"] === "tool_use";
    yield {
      type: "content_block_start",
      index,
      content_block: isCall ? { ...content_block, input: {} } : content_block,
    };
    for (const citation of (citations as object[]) ?? []) yield delta({ type: "citations_delta", citation });
    if (isText)
      for (const piece of (text as string).match(/.{1,4}/gs) ?? [])
        yield delta({ type: "text_delta", text: piece });
    if (isCompaction) yield delta({ type: "compaction_delta", content: block["content"] });
    if (isCall) {
      const json = JSON.stringify(block["input"]);
      yield delta({ type: "input_json_delta", partial_json: json.slice(0, 5) });
      yield { type: "an_event_of_tomorrow", index };
      yield delta({ type: "input_json_delta", partial_json: json.slice(5) });
    }
    yield { type: "content_block_stop", index };
  }
  yield {
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null, ...(container !== undefined && { container }) },
    usage,
    ...(context_management !== undefined && { context_management }),
  };
  yield { type: "message_stop" };
}

async function chunksOf(message: Message): Promise<CompletionChunk[]> {
  const events = async function* () {
    // One that is not known comes even before the message.
    yield { type: "a_greeting_of_tomorrow" };
    yield* eventsOf(message);
  };
  const chunks: CompletionChunk[] = [];
  for await (const chunk of toChunks(events() as AsyncGenerator<AnswerEvent>, contextOf(message)))
    chunks.push(chunk);
  return chunks;
}

async function streamed(message: Message) {
  const assembler = createAssembler();
  for (const chunk of await chunksOf(message)) assembler.add(chunk);
  return assembler.completion();
}

const settings = { name: "m", version: "2026-10-21", reasoning: "effort" } as const;

/** Returns the request of the next turn, with the answer in its history. */
function sentBack(reply: object, message: Message, { model = message.model } = {}) {
  const dropped: string[] = [];
  const messages = [
    { role: "user", content: "tides?" },
    reply,
    { role: "user", content: "and tomorrow?" },
  ] as ChatMessage[];
  const writer = `anthropic:${model}`;
  const body = toMessagesBody(
    { messages },
    { ...settings, model, writer, onDropped: (parameter) => dropped.push(parameter) },
  );
  return { content: body.messages[1]?.content, dropped };
}

describe("blocks that chat completions have no word for", () => {
  test.each(all.map((message) => [message.content.map(({ type }) => type).join(", "), message] as const))(
    "%s: come whole, in a stream too, and go back to their writer as they came",
    async (_, message) => {
      const whole = toCompletion(message, contextOf(message)).choices[0]?.message;
      expect(whole?.provider_parts).toEqual(message.content);
      expect(whole?.written_by).toBe(writerOf(message));
      const { container, context_management } = message;
      expect(whole?.provider_metadata).toEqual(
        container || context_management
          ? { ...(container ? { container } : { context_management }) }
          : undefined,
      );
      const inPieces = (await streamed(message)).choices[0]?.message;
      // A text without citations says so by a missing field in one, and by null in the other.
      expect(JSON.parse(JSON.stringify(inPieces).replaceAll(',"citations":null', ""))).toEqual(
        JSON.parse(JSON.stringify(whole).replaceAll(',"citations":null', "")),
      );

      expect(sentBack(JSON.parse(JSON.stringify(whole)), message)).toEqual({
        content: message.content,
        dropped: [],
      });
    },
  );

  test("go to no other model, which is told", () => {
    for (const message of all) {
      const reply = toCompletion(message, contextOf(message)).choices[0]?.message as object;
      const { content, dropped } = sentBack(reply, message, { model: "claude-haiku-4-5" });
      const held = ["provider_parts", "reasoning_content", "thinking_blocks"].filter((name) => name in reply);
      expect(held).toContain("provider_parts");
      expect(dropped).toEqual(held.map((name) => `messages.${name}`));
      expect(content?.every(({ type }) => type === "text")).toBe(true);
    }
  });

  test("stay behind if the message says something else by now", () => {
    const reply = toCompletion(searched, contextOf(searched)).choices[0]?.message;
    expect(sentBack({ ...reply, content: "It is low." }, searched)).toEqual({
      content: [{ type: "text", text: "It is low." }],
      dropped: ["messages.provider_parts"],
    });
    for (const parts of [[null], ["text"], [{}], "x"]) {
      const { content } = sentBack({ ...reply, provider_parts: parts }, searched);
      expect(content).toEqual([{ type: "text", text: "It is high at noon." }]);
    }
  });

  test("among calls of the caller's tools: code that runs at the provider calls them", () => {
    const message: Message = {
      ...searched,
      content: [
        { type: "server_tool_use", id: "srvtoolu_02", name: "code_execution", input: { code: "look()" } },
        {
          type: "tool_use",
          id: "toolu_01",
          name: "look",
          input: { at: "sea" },
          caller: { type: "code_execution_20260120", tool_id: "srvtoolu_02" },
        },
      ],
      stop_reason: "tool_use",
    };
    const reply = toCompletion(message, contextOf(message)).choices[0]?.message;
    expect(reply?.tool_calls).toHaveLength(1);
    expect(sentBack(reply as object, message).content).toEqual(message.content);
    const { tool_calls: _, ...silent } = reply as object as { tool_calls: unknown };
    expect(sentBack(silent, message).dropped).toEqual(["messages.provider_parts"]);
  });

  test("a call that the model makes itself needs none of this", () => {
    const content = [
      { type: "tool_use", id: "toolu_01", name: "look", input: {}, caller: { type: "direct" } },
    ];
    const reply = toCompletion({ ...searched, content }, contextOf(searched)).choices[0]?.message;
    expect(reply).not.toHaveProperty("provider_parts");
    expect(reply).not.toHaveProperty("written_by");
  });
});

describe("citations", () => {
  test("are annotations with their place in the text", async () => {
    const cited = { start_index: 6, end_index: 18 };
    const wanted = [
      {
        type: "url_citation",
        url_citation: { ...cited, title: "Tides today", url: "https://tides.example/today" },
      },
      { type: "url_citation", url_citation: { ...cited, title: "", url: "document:1" } },
    ];
    expect(toCompletion(searched, contextOf(searched)).choices[0]?.message.annotations).toEqual(wanted);
    expect((await streamed(searched)).choices[0]?.message.annotations).toEqual(wanted);
  });

  test.each([
    [{ type: "search_result_location", source: "notes/7", title: "Notes" }, "notes/7"],
    [
      { type: "page_location", document_index: 0, document_title: "Tables", file_id: "file_1" },
      "file:file_1",
    ],
    [{ type: "content_block_location", document_index: 2 }, "document:2"],
  ])("%j has the address %s", (citation, url) => {
    const content = [{ type: "text", text: "a", citations: [citation, null, "x", { type: "of_tomorrow" }] }];
    const message = toCompletion({ ...searched, content }, contextOf(searched)).choices[0]?.message;
    expect(message?.annotations?.map(({ url_citation }) => url_citation.url)).toEqual([url]);
  });
});

describe("what an answer costs", () => {
  const factsOf = (model: string) => ({
    name: model,
    provider: "anthropic",
    model,
    labels: {},
    price: lookUpModel("anthropic", model)?.price,
  });
  const estimate = { inputTokens: 1, outputTokens: () => 1 };
  const billOf = ({ usage }: { usage?: CompletionChunk["usage"] }, model: string) =>
    createPricing().bill(factsOf(model), usage, estimate, { model, at: Date.parse("2026-11-20") });

  test.each(recorded)("$what", async ({ message, work, usd }) => {
    expect(work.reduce((sum, [millions, rate]) => sum + millions * rate, 0)).toBeCloseTo(usd, 9);
    for (const answer of [toCompletion(message, contextOf(message)), await streamed(message)]) {
      const bill = billOf(answer, message.model);
      expect(bill.costUsd).toBeCloseTo(usd, 9);
      expect(bill.unpriced).toBeUndefined();
    }
  });

  test("is not known if another model took part whose price is not", () => {
    const { message } = recorded[1] as RecordedMessage;
    const text = JSON.stringify(message).replace("claude-opus-4-7", "claude-of-tomorrow");
    const bill = billOf(toCompletion(JSON.parse(text), contextOf(message)), message.model);
    expect(bill.costUsd).toBeUndefined();
    expect(bill.unpriced).toBe("the price of claude-of-tomorrow, which took part, is not known");
    // Its tokens are in no other count.
    expect(bill.usage).toMatchObject({ inputTokens: 2_414, outputTokens: 3_200 });
  });

  test("a router's own price of the other model comes first", () => {
    const { message } = recorded[1] as RecordedMessage;
    const advisor = {
      ...factsOf("claude-opus-4-7"),
      price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 },
    };
    const { usage } = toCompletion(message, contextOf(message));
    const bill = createPricing([advisor]).bill(factsOf(message.model), usage, estimate);
    expect(bill.costUsd).toBeCloseTo(0.055242 + 0.003602, 9);
  });

  test("counts calls of the provider's tools", async () => {
    const counts = { web_search_requests: 2, web_fetch_requests: 0 };
    expect(toCompletion(searched, contextOf(searched)).usage?.server_tool_use).toEqual(counts);
    expect((await streamed(searched)).usage?.server_tool_use).toEqual(counts);
    const none = {
      ...searched,
      usage: { input_tokens: 1, output_tokens: 1, server_tool_use: { a: 0, b: "x" } },
    };
    expect(toCompletion(none, contextOf(searched)).usage).not.toHaveProperty("server_tool_use");
  });

  test("iterations that cannot be read change nothing", () => {
    for (const iterations of [
      null,
      "x",
      [null, 1, {}],
      [{ type: "advisor_message" }],
      [{ type: "compaction_of_tomorrow", input_tokens: 9 }],
    ]) {
      const usage = { input_tokens: 3, output_tokens: 4, iterations };
      expect(toCompletion({ ...searched, usage }, contextOf(searched)).usage).toEqual({
        prompt_tokens: 3,
        completion_tokens: 4,
        total_tokens: 7,
        prompt_tokens_details: {},
      });
    }
  });
});

describe("ends", () => {
  test.each([
    ["model_context_window_exceeded", "length"],
    ["pause_turn", "length"],
    ["compaction", "length"],
    ["a_reason_of_tomorrow", "stop"],
  ])("%s is %s, with Anthropic's word next to it", async (stop_reason, finish_reason) => {
    const message = { ...searched, stop_reason };
    const end = { finish_reason, native_finish_reason: stop_reason };
    expect(toCompletion(message, contextOf(message)).choices[0]).toMatchObject(end);
    const last = (await chunksOf(message)).findLast(({ choices }) => choices.length > 0);
    expect(last?.choices[0]).toMatchObject(end);
  });

  test("a window that is full before an answer begins is an overflow, which another model may take", async () => {
    const message = { ...searched, content: [], stop_reason: "model_context_window_exceeded" };
    const error = expect.objectContaining({ kind: "context-overflow" });
    expect(() => toCompletion(message, contextOf(message))).toThrow(error);
    await expect(chunksOf(message)).rejects.toThrow(error);
  });

  test("the usual words need no second one", () => {
    expect(toCompletion(searched, contextOf(searched)).choices[0]).not.toHaveProperty("native_finish_reason");
  });
});

describe("streams of a server that is not well", () => {
  test("show no text of what is none, and lose no text whose block was not begun", async () => {
    const events = [
      null,
      5,
      { type: "message_start", message: { ...searched, content: [], stop_reason: null } },
      { type: "content_block_delta", index: 7, delta: { type: "text_delta", text: "Hi." } },
      { type: "content_block_delta", index: 7, delta: { type: "text_delta", text: { a: 1 } } },
      { type: "content_block_delta", index: 7, delta: "x" },
      { type: "content_block_start", index: 8, content_block: null },
      { type: "content_block_delta", index: 8, delta: { type: "thinking_delta", thinking: ["a"] } },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn", id: 7, model: {} },
        usage: null,
        content: "x",
      },
    ];
    const given = async function* () {
      yield* events as AnswerEvent[];
    };
    const assembler = createAssembler();
    for await (const chunk of toChunks(given(), contextOf(searched))) assembler.add(chunk);
    const { id, model, choices } = assembler.completion();
    expect({ id, model }).toEqual({ id: "msg_01", model: searched.model });
    expect(choices[0]?.message.content).toBe("Hi.");
    expect(JSON.stringify(choices)).not.toContain("[object Object]");
  });
});

const _context = { name: "m", writer: "w", created: 1 };
