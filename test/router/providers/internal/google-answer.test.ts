import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CompletionChunk } from "../../../../src/contracts/index.ts";
import { toChunks, toCompletion } from "../../../../src/router/providers/internal/google-answer.ts";
import { toGoogleRequest } from "../../../../src/router/providers/internal/google-request.ts";
import { runs } from "../../../support/runs.ts";

const context = {
  name: "flash",
  writer: "google:gemini-3-flash",
  model: "gemini-3-flash",
  apiKey: "key-1",
  created: 1_700_000_000,
};

const answer = (
  parts: object[] | undefined,
  finishReason: string | undefined = "STOP",
  more: object = {},
) => ({
  candidates: [{ content: { role: "model", parts }, finishReason, index: 0 }],
  ...more,
});

async function chunksOf(...responses: unknown[]): Promise<CompletionChunk[]> {
  async function* given() {
    yield* responses;
  }
  const chunks: CompletionChunk[] = [];
  for await (const chunk of toChunks(given(), context)) chunks.push(chunk);
  return chunks;
}

describe("a whole answer", () => {
  test("has the shape of chat completions", () => {
    const usageMetadata = {
      promptTokenCount: 1200,
      cachedContentTokenCount: 1024,
      candidatesTokenCount: 45,
      thoughtsTokenCount: 800,
      totalTokenCount: 2045,
    };
    const meta = { usageMetadata, modelVersion: "gemini-3-flash-001", responseId: "resp-1" };
    expect(toCompletion(answer([{ text: "12 m" }], "STOP", meta), context)).toEqual({
      id: "resp-1",
      object: "chat.completion",
      created: 1_700_000_000,
      model: "gemini-3-flash-001",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "12 m", refusal: null },
          finish_reason: "stop",
          logprobs: null,
        },
      ],
      usage: {
        prompt_tokens: 1200,
        completion_tokens: 845,
        total_tokens: 2045,
        prompt_tokens_details: { cached_tokens: 1024 },
        completion_tokens_details: { reasoning_tokens: 800 },
      },
    });
  });

  test("without usage reports none", () => {
    expect(toCompletion(answer([{ text: "a" }]), context)).not.toHaveProperty("usage");
    expect(toCompletion(answer([{ text: "a" }], "STOP", { usageMetadata: {} }), context)).not.toHaveProperty(
      "usage",
    );
  });

  test("of thoughts only is empty", () => {
    const { choices } = toCompletion(answer([{ text: "Hm.", thought: true }], "MAX_TOKENS"), context);
    expect(choices[0]).toMatchObject({ finish_reason: "length", message: { content: "" } });
  });

  test("without parts is empty", () => {
    expect(toCompletion(answer(undefined), context).choices[0]?.message.content).toBe("");
    expect(
      toCompletion({ candidates: [{ finishReason: "SAFETY" }] }, context).choices[0]?.finish_reason,
    ).toBe("content_filter");
  });

  const reasons: [string, string][] = [
    ["STOP", "stop"],
    ["MAX_TOKENS", "length"],
    ["SAFETY", "content_filter"],
    ["RECITATION", "content_filter"],
    ["LANGUAGE", "content_filter"],
    ["BLOCKLIST", "content_filter"],
    ["PROHIBITED_CONTENT", "content_filter"],
    ["SPII", "content_filter"],
  ];
  for (const [reason, expected] of reasons) {
    test(`that ended with ${reason} says ${expected}`, () => {
      expect(toCompletion(answer([{ text: "a" }], reason), context).choices[0]?.finish_reason).toBe(expected);
    });
  }

  for (const reason of [
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "OTHER",
    "FINISH_REASON_UNSPECIFIED",
  ]) {
    test(`that ended with ${reason} is incomplete`, () => {
      expect(() => toCompletion(answer([], reason), context)).toThrow(
        expect.objectContaining({ kind: "incomplete", message: expect.stringContaining(reason) }),
      );
    });
  }

  test("whose reason is a text does not show it", () => {
    expect(() => toCompletion(answer([], "the prompt said: secret"), context)).toThrow(/an unknown reason/);
    expect(() => toCompletion(answer([], "the prompt said: secret"), context)).not.toThrow(/secret/);
  });
});

describe("a streamed answer", () => {
  test("is a role, its pieces, one finish reason and the last usage", async () => {
    const usage = (candidatesTokenCount: number) => ({
      usageMetadata: { promptTokenCount: 8, candidatesTokenCount },
    });
    const open = { modelVersion: "gemini-3-flash-001", responseId: "resp-1" };
    const chunks = await chunksOf(
      { ...answer([{ text: "Twelve" }], ""), ...open, ...usage(1) },
      { ...answer([{ text: " meters" }], ""), ...usage(2) },
      { ...answer([{ text: "" }], "MAX_TOKENS"), ...usage(3) },
      { ...usage(4) },
    );
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: "assistant", content: "" },
      { content: "Twelve" },
      { content: " meters" },
      {},
      undefined,
    ]);
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([
      null,
      null,
      null,
      "length",
      undefined,
    ]);
    expect(chunks.at(-1)?.usage).toEqual({ prompt_tokens: 8, completion_tokens: 4, total_tokens: 12 });
    for (const { id, model, created } of chunks) {
      expect({ id, model, created }).toEqual({
        id: "resp-1",
        model: "gemini-3-flash-001",
        created: 1_700_000_000,
      });
    }
  });

  test("that calls tools in several chunks numbers the calls", async () => {
    const functionCall = (name: string) => ({ functionCall: { name, args: {} } });
    const chunks = await chunksOf(
      answer([functionCall("a"), functionCall("b")], ""),
      answer([functionCall("c")], "STOP"),
    );
    const calls = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
    expect(calls.map(({ index, function: called }) => [index, called?.name])).toEqual([
      [0, "a"],
      [1, "b"],
      [2, "c"],
    ]);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");
  });
});

test("an answer sent back with the conversation is what the model said, including signatures", async () => {
  const text = fc.string({ minLength: 1, unit: "grapheme" });
  const part = fc.oneof(
    fc.record({ text }),
    fc.record({ text, thought: fc.constant(true) }),
    fc.record(
      {
        functionCall: fc.record({ id: fc.uuid(), name: text, args: fc.dictionary(text, fc.jsonValue()) }),
        thoughtSignature: fc.base64String({ minLength: 4 }),
      },
      { requiredKeys: ["functionCall"] },
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part), async (generated) => {
      const parts = JSON.parse(JSON.stringify(generated));
      const message = toCompletion(answer(parts), context).choices[0]?.message;
      if (message === undefined) throw new Error("no message");
      const target = { name: "flash", writer: context.writer, model: "gemini-2.5-flash" };
      const { contents } = toGoogleRequest({ messages: [message] }, target).body;
      const said = parts.filter((one: { thought?: boolean }) => !one.thought);
      const words = said.map((one: { text?: string }) => one.text ?? "").join("");
      const calls = said.filter((one: object) => "functionCall" in one);
      const expected = [...(words === "" ? [] : [{ text: words }]), ...calls];
      expect(JSON.parse(JSON.stringify(contents.flatMap((one) => one.parts)))).toEqual(expected);

      const streamed = await chunksOf(...parts.map((one: object) => answer([one], "")), answer([], "STOP"));
      const deltas = streamed.flatMap(({ choices }) => choices.map(({ delta }) => delta));
      expect(deltas.map(({ content }) => content ?? "").join("")).toBe(words);
      const again = deltas.flatMap(({ tool_calls }) => tool_calls ?? []);
      expect(again.map(({ index: _index, ...call }) => call)).toEqual(message.tool_calls ?? []);
    }),
    { numRuns: runs(100, 10_000) },
  );
});
