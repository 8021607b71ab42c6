import { describe, expect, it } from "vitest";
import type { CompletionChunk } from "../../../src/contracts/index.ts";
import { ChunkReader } from "../../../src/plugin/answer/chunk-reader.ts";

// The forms are those of recorded streams (pydantic-ai and OpenLLMetry, 2026-08); the texts are our own.

const chunk = (delta: unknown, more: object = {}) =>
  ({
    id: "a",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  }) as unknown as CompletionChunk;

function readAll(...chunks: CompletionChunk[]) {
  const reader = new ChunkReader("p:m");
  return { reader, read: chunks.map((one) => reader.read(one)) };
}
const deltas = (read: readonly CompletionChunk[]) => read.map(({ choices }) => choices[0]?.delta);

describe("the chunks of a stream", () => {
  it("in our shape stay the same objects", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const sent = [
      chunk({ role: "assistant", content: "" }),
      chunk({ content: "Hello" }),
      chunk({
        tool_calls: [{ index: 0, id: "1", type: "function", function: { name: "f", arguments: "" } }],
      }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: "{}" } }] }),
      chunk({}, { finish_reason: "stop" }),
      { ...chunk({}), choices: [], usage },
    ];
    const { read, reader } = readAll(...sent);
    for (const [at, one] of read.entries()) expect(one).toBe(sent[at]);
    expect(reader.hasEnded).toBe(true);
  });

  it("of Mistral say text and thinking apart, and the parts once, at the end", () => {
    const thinking = (text: string) => [{ type: "thinking", thinking: [{ type: "text", text }] }];
    const { read } = readAll(
      chunk({ role: "assistant", content: "" }),
      chunk({ content: thinking("Cars ") }),
      chunk({ content: thinking("first.") }),
      chunk({ content: [{ type: "text", text: "Look" }] }),
      chunk({ content: " left." }),
      chunk({ content: "" }, { finish_reason: "stop" }),
    );
    const parts = [...thinking("Cars first."), { type: "text", text: "Look left." }];
    expect(deltas(read)).toEqual([
      { role: "assistant", content: "" },
      { content: "", reasoning_content: "Cars " },
      { content: "", reasoning_content: "first." },
      { content: "Look" },
      { content: " left." },
      { content: "", provider_parts: parts },
    ]);
  });

  it("of other choices are left out", () => {
    const second = chunk({ content: "second" }, { index: 1 });
    const both = {
      ...chunk({ content: "first" }),
      choices: [...second.choices, ...chunk({ content: "first" }).choices],
    };
    const { read } = readAll(second, both);
    expect(deltas(read)).toEqual([undefined, { content: "first" }]);
    expect(read.map(({ choices }) => choices.length)).toEqual([0, 1]);
  });

  it("name type and id with the first piece of a call, also of a custom tool", () => {
    const piece = (call: object) => chunk({ tool_calls: [call] });
    const { read } = readAll(
      piece({ index: 0, function: { name: "f", arguments: "{" } }),
      piece({ index: 0, function: { name: "", arguments: "}" } }),
      piece({ index: 1, id: "c", custom: { name: "patch", input: "a" } }),
      piece({ index: 1, custom: { input: "b" } }),
      chunk({}, { finish_reason: "odd" }),
    );
    const calls = deltas(read).map((delta) => delta?.tool_calls?.[0]);
    expect(calls[0]).toEqual({
      index: 0,
      id: expect.stringMatching(/^call_/),
      type: "function",
      function: { name: "f", arguments: "{" },
    });
    expect(calls[1]).toEqual({ index: 0, function: { name: "", arguments: "}" } });
    expect(calls[2]).toEqual({ index: 1, id: "c", type: "custom", custom: { name: "patch", input: "a" } });
    expect(read[4]?.choices[0]).toMatchObject({ finish_reason: "tool_calls", native_finish_reason: "odd" });
  });

  it("always have a delta", () => {
    const { read } = readAll(chunk(undefined), chunk(null), chunk(undefined, { finish_reason: "eos" }));
    expect(deltas(read)).toEqual([{}, {}, {}]);
    expect(read[2]?.choices[0]).toMatchObject({ finish_reason: "stop", native_finish_reason: "eos" });
  });

  it("tell the usage that stands elsewhere", () => {
    const usage = { prompt_tokens: 18, completion_tokens: 73, total_tokens: 91 };
    const groq = { ...chunk({}, { finish_reason: "stop" }), x_groq: { id: "r", usage } };
    const inChoice = chunk({}, { finish_reason: "stop", usage });
    for (const one of [groq, inChoice]) expect(readAll(one).read[0]?.usage).toEqual(usage);
  });

  it("that end by a failure tell it after what follows", () => {
    const { reader, read } = readAll(chunk({ content: "Half a" }), chunk({}, { finish_reason: "error" }));
    expect(read[1]?.choices[0]?.finish_reason).toBeNull();
    expect(reader.hasEnded).toBe(true);
    expect(reader.failure).toMatchObject({ kind: "server" });
  });

  it("without an end get one where it is marked, if something was said", () => {
    const { reader } = readAll(chunk({ role: "assistant", content: "" }), chunk({ content: "All." }));
    expect(reader.missingEnd()).toMatchObject({ id: "a", choices: [{ delta: {}, finish_reason: "stop" }] });
    expect(reader.missingEnd()).toBeUndefined();
    expect(readAll(chunk({ role: "assistant", content: "" })).reader.missingEnd()).toBeUndefined();
  });

  it.each([7, [{ function: { name: 7 } }]])(
    "with the calls %j fail at their end, and keep their text",
    (calls) => {
      const { reader, read } = readAll(
        chunk({ content: "Half", tool_calls: calls }),
        chunk({ content: " more" }),
      );
      expect(read.map(({ choices }) => choices[0]?.delta)).toEqual([
        { content: "Half" },
        { content: " more" },
      ]);
      expect(reader.failure).toMatchObject({ kind: "incomplete" });
    },
  );

  it("have no text where a list belongs", () => {
    const { read } = readAll(chunk({ content: "x", images: "i", annotations: "a", audio: "b" }));
    expect(read[0]?.choices[0]?.delta).toEqual({ content: "x" });
  });

  it("are read where a field is not what it should be", () => {
    const odd = { id: 7, created: "now", model: null, usage: 5 };
    const { read } = readAll(
      { ...chunk("text", { index: [] }), ...odd } as never,
      {
        ...chunk({}),
        choices: [5],
      } as never,
    );
    expect(read[0]).toMatchObject({ id: "", created: 0, model: "", choices: [{ index: 0, delta: {} }] });
    expect(read[0]?.usage).toBeUndefined();
    expect(read[1]?.choices).toEqual([]);
  });
});
