import { describe, expect, it } from "vitest";
import { isRouterError, type ProviderError } from "../../../src/contracts/index.ts";
import { urlCitations } from "../../../src/plugin/answer/answer-lists.ts";
import { failedAnswer } from "../../../src/plugin/answer/failed-answer.ts";
import { readAnswer } from "../../../src/plugin/answer/read-answer.ts";

// The forms are those of recorded answers (pydantic-ai and OpenLLMetry, 2026-08); the texts are our own.

const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };
const body = (choice: object, more: object = {}) => ({
  id: "a",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, finish_reason: "stop", ...choice }],
  usage,
  ...more,
});
const message = (fields: object) => ({ message: { role: "assistant", refusal: null, ...fields } });
const read = (given: unknown) => readAnswer(given, "p:m");
const messageOf = (given: unknown) => read(given).choices[0]?.message;

function failureOf(given: unknown): ProviderError {
  try {
    read(given);
  } catch (error) {
    if (isRouterError(error, "provider")) return error;
  }
  throw new Error("it was an answer");
}

describe("an answer", () => {
  it("in our shape stays the same object", () => {
    const plain = body(message({ content: "Hello." }));
    expect(read(plain)).toBe(plain);
    const calls = [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }];
    const calling = body({ ...message({ content: null, tool_calls: calls }), finish_reason: "tool_calls" });
    expect(read(calling)).toBe(calling);
  });

  it("of Mistral in parts has its text, its thinking, and the parts for the way back", () => {
    const parts = [
      {
        type: "thinking",
        thinking: [
          { type: "text", text: "Streets " },
          { type: "text", text: "first." },
        ],
      },
      { type: "text", text: "Look " },
      { type: "reference", reference_ids: [1] },
      { type: "text", text: "left." },
    ];
    expect(messageOf(body(message({ content: parts })))).toMatchObject({
      content: "Look left.",
      reasoning_content: "Streets first.",
      provider_parts: parts,
    });
    expect(messageOf(body(message({ content: [{ type: "text", text: "Only text." }] })))).toEqual({
      role: "assistant",
      refusal: null,
      content: "Only text.",
    });
  });

  it.each([
    [5, "5"],
    [true, "true"],
    [{ berth: 7 }, '{"berth":7}'],
    [{ type: "text", text: "one part" }, "one part"],
    [["a", "b"], "ab"],
    [[{ type: "output_text", text: "of another interface" }], "of another interface"],
    [[null, 7, [1]], "7"],
    [[{ type: "text" }, { type: "text", text: 3 }], "3"],
  ])("with the content %j is a text", (content, text) => {
    expect(messageOf(body(message({ content })))?.content).toBe(text);
  });

  it("that is said to be a refusal, and has images, keeps both", () => {
    const content = [
      { type: "refusal", refusal: "No." },
      { type: "image_url", image_url: { url: "data:image/png;base64,AA" } },
    ];
    expect(messageOf(body(message({ content })))).toMatchObject({
      content: "",
      refusal: "No.",
      images: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA" } }],
    });
  });

  it("has one choice: that at place 0", () => {
    const second = { index: 1, finish_reason: "stop", message: { role: "assistant", content: "second" } };
    const first = { ...second, index: 0, message: { role: "assistant", content: "first", refusal: null } };
    const choices = [second, first];
    expect(read({ ...body({}), choices }).choices).toEqual([first]);
    expect(messageOf({ ...body({}), choices: [second] })?.content).toBe("second");
  });

  it("has calls with type, id and arguments as text", () => {
    const calls = [
      { index: 0, id: "a", function: { name: "f", arguments: "{}" } },
      { id: 7, type: "function", function: { name: "g", arguments: { x: 1 } } },
      { type: "function", function: { name: "h" } },
      { id: "c", custom: { name: "patch", input: "text" } },
    ];
    expect(messageOf(body(message({ content: null, tool_calls: calls })))?.tool_calls).toEqual([
      { index: 0, id: "a", type: "function", function: { name: "f", arguments: "{}" } },
      { id: "7", type: "function", function: { name: "g", arguments: '{"x":1}' } },
      {
        id: expect.stringMatching(/^call_[0-9a-f]{32}$/),
        type: "function",
        function: { name: "h", arguments: "{}" },
      },
      { id: "c", type: "custom", custom: { name: "patch", input: "text" } },
    ]);
  });

  it("of Snowflake has no empty recordings and calls, and an end", () => {
    const blank = { audio: { data: "", expires_at: 0, id: "", transcript: "" }, refusal: "" };
    const more = { function_call: { arguments: "", name: "" }, annotations: null };
    const answer = read(body({ ...message({ content: "Hi.", ...blank, ...more }), finish_reason: "" }));
    expect(answer.choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { content: "Hi.", refusal: null },
    });
    expect(answer.choices[0]?.message.audio).toBeUndefined();
    expect(answer.choices[0]?.message.function_call).toBeUndefined();
  });

  it("of Perplexity has its sources as annotations", () => {
    const found = [{ title: "Tides", url: "https://example.org/tides", date: "2026-01-01" }];
    const citation = (title: string) => ({
      type: "url_citation",
      url_citation: { url: "https://example.org/tides", title, start_index: 0, end_index: 0 },
    });
    const said = message({ content: "Twice a day [1]." });
    const citations = ["https://example.org/tides"];
    expect(messageOf(body(said, { citations }))?.annotations).toEqual([citation(citations[0] as string)]);
    const both = body(said, { citations, search_results: found });
    expect(messageOf(both)?.annotations).toEqual([citation("Tides")]);
  });

  it.each([
    null,
    { choices: [] },
    { choices: [7] },
    body({ text: "legacy" }),
    body(message({ content: "x", tool_calls: {} })),
    body(message({ content: "x", tool_calls: [7] })),
  ])("%j is none", (given) => {
    expect(failureOf(given).kind).toBe("incomplete");
  });

  it("that cannot be read keeps the text that was paid for", () => {
    expect(failureOf(body({ text: "legacy" })).partialText).toBe("legacy");
  });
});

describe("the end of an answer", () => {
  const ended = (finish_reason: unknown, more: object = {}) =>
    body({ ...message({ content: "Half a" }), finish_reason, ...more });
  const calls = [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }];

  it.each([
    ["eos", "stop"],
    ["end_turn", "stop"],
    ["STOP", "stop"],
    ["MAX_TOKENS", "length"],
    ["model_length", "length"],
    ["tool_use", "tool_calls"],
    ["SAFETY", "content_filter"],
    ["a word of tomorrow", "stop"],
  ])("%s is read as %s, and stands next to it", (word, reason) => {
    expect(read(ended(word)).choices[0]).toMatchObject({ finish_reason: reason, native_finish_reason: word });
  });

  it("of calls is tool_calls where the word says nothing", () => {
    for (const word of ["", null, undefined, "odd"]) {
      const answer = read(ended(word, message({ content: null, tool_calls: calls })));
      expect(answer.choices[0]?.finish_reason).toBe("tool_calls");
    }
  });

  it("keeps the provider's word of a gateway", () => {
    const choice = read(ended("stop", { native_finish_reason: "end_turn" })).choices[0];
    expect(choice).toMatchObject({ finish_reason: "stop", native_finish_reason: "end_turn" });
  });

  it.each([
    [ended("error"), "server", true],
    [ended("network_error"), "incomplete", true],
    [ended("abort"), "incomplete", true],
    [ended("sensitive"), "content-filter", false],
    [ended("insufficient_system_resource"), "overloaded", true],
    [ended("model_context_window_exceeded"), "context-overflow", false],
    [ended("stop", { native_finish_reason: "network_error" }), "incomplete", true],
  ])("%# is a failure, with the text and the tokens", (given, kind, retryable) => {
    const failure = failureOf(given);
    expect(failure).toMatchObject({ kind, retryable, partialText: "Half a" });
    expect(failedAnswer(failure)).toEqual({ written: "Half a", usage, model: "m" });
  });

  it("by a filter that took the message is one of the filter", () => {
    const filtered = { hate: { filtered: true, severity: "high" } };
    const failure = failureOf(body({ finish_reason: "content_filter", content_filter_results: filtered }));
    expect(failure).toMatchObject({ kind: "content-filter", retryable: false });
    expect(failedAnswer(failure)).toMatchObject({ usage });
  });

  it("says no word of the server that does not look like one", () => {
    expect(failureOf(ended("error")).message).toContain("(finish reason error)");
    expect(read(ended("x".repeat(1_000))).choices[0]?.native_finish_reason).toHaveLength(64);
  });
});

describe("usage", () => {
  const told = (given: object, more: object = {}) =>
    read(body(message({ content: "x" }), { usage: { ...usage, ...given }, ...more })).usage;

  it.each(["prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens"])(
    "has %s among the details",
    (name) => {
      expect(told({ [name]: 8 })?.prompt_tokens_details).toEqual({ cached_tokens: 8 });
      expect(told({ [name]: 8, prompt_tokens_details: { cached_tokens: 3 } })?.prompt_tokens_details).toEqual(
        {
          cached_tokens: 3,
        },
      );
    },
  );

  it("is found where vendors put it", () => {
    const said = body(message({ content: "x" }));
    expect(read({ ...said, usage: undefined, x_groq: { id: "r", usage } }).usage).toEqual(usage);
    expect(read({ ...body({ ...message({ content: "x" }), usage }), usage: null }).usage).toEqual(usage);
  });

  it("has the provider's own cost in US dollars", () => {
    expect(told({ cost: 0.00004, cost_details: { upstream_inference_cost: 0.00004 } })?.cost).toBe(0.00004);
    expect(told({ cost_in_usd_ticks: 1_641_500 })?.cost).toBeCloseTo(0.00016415, 12);
    const parts = { input_tokens_cost: 0.001, request_cost: 0.005, total_cost: 0.006 };
    expect(told({ cost: parts })).toMatchObject({ cost: 0.006, cost_details: parts });
  });

  it("counts searches", () => {
    const searches = (given: object, more: object = {}) => told(given, more)?.server_tool_use;
    expect(searches({ server_tool_use_details: { web_search_requests: 2 } })).toEqual({
      web_search_requests: 2,
    });
    expect(searches({ num_search_queries: 3 })).toEqual({ web_search_requests: 3 });
    expect(searches({ num_sources_used: 4 })).toEqual({ web_search_sources: 4 });
    expect(searches({ num_sources_used: 0 })).toBeUndefined();
    expect(searches({}, { model: "gpt-4o-search-preview-2025-03-11" })).toEqual({ web_search_requests: 1 });
    const executed = [{ type: "search" }, { type: "python" }, { type: "search" }];
    const groq = read(body(message({ content: "x", executed_tools: executed })));
    expect(groq.usage?.server_tool_use).toEqual({ web_search_requests: 2 });
  });
});

describe("an answer with a field that is not what it should be", () => {
  const cited = {
    type: "url_citation",
    url_citation: { url: "https://example.com/", title: "A", start_index: 0, end_index: 1 },
  };

  it("has the types of the contract", () => {
    const given = { ...body(message({})), id: 7, created: "now", model: undefined };
    expect(read(given)).toMatchObject({
      id: "",
      created: 0,
      model: "",
      choices: [{ message: { content: null } }],
    });
    const { reasoning_content: thought } =
      read(body(message({ content: "x", reasoning_content: {} }))).choices[0]?.message ?? {};
    expect(thought).toBeTypeOf("string");
  });

  it("has counts that can be counts, or none", () => {
    const odd = {
      prompt_tokens: "x",
      completion_tokens: -1,
      total_tokens: 3,
      prompt_tokens_details: { cached_tokens: {} },
    };
    const { usage: told } = read(body(message({ content: "x" }), { usage: odd }));
    expect(told?.prompt_tokens ?? told?.completion_tokens).toBeUndefined();
    expect(told).toMatchObject({ total_tokens: 3, prompt_tokens_details: { cached_tokens: undefined } });
    expect(read(body(message({ content: "x" }), { usage: 5 })).usage).toBeUndefined();
  });

  it("keeps the entries of lists that say something", () => {
    const file = { type: "file", file: { hash: "h" } };
    const untitled = { url_citation: { url: "https://example.com/" } };
    const annotations = [cited, [], { type: "url_citation" }, file, untitled];
    const told = read(body(message({ content: "x", annotations, images: [5, { image_url: {} }] }))).choices[0]
      ?.message;
    expect(told?.annotations?.slice(0, 2)).toEqual([cited, file]);
    expect(told?.annotations?.[2]?.url_citation).toMatchObject({
      title: "https://example.com/",
      start_index: 0,
    });
    expect(told?.images).toEqual([]);
    expect(urlCitations(told?.annotations)).toHaveLength(2);
  });

  it("is the choice that has a message, where none has place 0", () => {
    const { message: said } = message({ content: "Here." });
    const given = {
      ...body({}),
      choices: [5, { index: "", finish_reason: "stop" }, { index: 5, message: said }],
    };
    expect(read(given).choices).toMatchObject([{ index: 0, message: said }]);
  });

  it.each([7, [7], [{}], [{ function: { arguments: "{}" } }]])(
    "keeps its text next to the calls %j",
    (tool_calls) => {
      const failure = failureOf(body(message({ content: "Half a", tool_calls })));
      expect(failure).toMatchObject({ kind: "incomplete", partialText: "Half a" });
      expect(failedAnswer(failure)).toMatchObject({ usage });
    },
  );
});
