import { describe, expect, test } from "vitest";
import type { ChatMessage } from "../../../../src/contracts/index.ts";
import { holdsExtras, toOpenAiMessages } from "../../../../src/router/providers/internal/openai-messages.ts";

const call = (id: string, more: object = {}) => ({
  id,
  type: "function" as const,
  function: { name: "look", arguments: "{}" },
  ...more,
});
const assistant = (fields: object): ChatMessage =>
  ({ role: "assistant", content: null, ...fields }) as ChatMessage;
const own = { writer: "vllm:qwen", strict: false };
const openai = { writer: "openai:gpt", strict: true };
const sent = (message: ChatMessage, target = openai) => toOpenAiMessages([message], target)[0];

const signature = { extra_content: { google: { thought_signature: "s" } } };
const thinking = { reasoning_content: "Hm.", thinking_blocks: [{ type: "thinking" }] };

describe("the history for a target", () => {
  test("messages that need no change stay the same objects", () => {
    const messages: ChatMessage[] = [
      { role: "user", content: "a" },
      assistant({ tool_calls: [call("call_1")] }),
      { role: "tool", tool_call_id: "call_1", content: "b" },
      assistant({ content: "c", refusal: null }),
    ];
    for (const target of [own, openai])
      for (const [at, message] of toOpenAiMessages(messages, target).entries())
        expect(message).toBe(messages[at]);
  });

  test("OpenAI gets its own fields only", () => {
    const message = assistant({ ...thinking, annotations: [], tool_calls: [call("call_1", signature)] });
    expect(sent(message)).toEqual(assistant({ annotations: [], tool_calls: [call("call_1")] }));
    const foreign = assistant({ content: "a", annotations: [], written_by: "perplexity:sonar" });
    expect(sent(foreign)).toEqual(assistant({ content: "a" }));
    const ofResponses = { phase: "final_answer", provider_parts: [{ type: "message" }], thinking_blocks: [] };
    expect(sent(assistant({ content: "a", ...ofResponses, written_by: openai.writer }))).toEqual(
      assistant({ content: "a" }),
    );
    const stamped = assistant({ ...thinking, written_by: "anthropic:claude" });
    expect(sent(stamped)).toEqual(assistant({ content: "" }));
  });

  test("another server gets its own fields, and those without a named writer", () => {
    const message = assistant({ ...thinking, tool_calls: [call("call_1", signature)] });
    expect(sent(message, own)).toBe(message);
    expect(sent(assistant({ ...thinking, written_by: "vllm:qwen" }), own)).toEqual(assistant(thinking));
    const foreign = { ...message, written_by: "vllm:other" } as unknown as ChatMessage;
    expect(sent(foreign, own)).toEqual(assistant({ tool_calls: [call("call_1")] }));
  });

  test("empty fields are left out, because other servers refuse them", () => {
    const message = assistant({ content: "a", reasoning_content: null, tool_calls: [] });
    for (const target of [own, openai]) expect(sent(message, target)).toEqual(assistant({ content: "a" }));
    expect(sent(assistant({ content: "a", annotations: [] }), own)).toEqual(assistant({ content: "a" }));
  });

  test("an empty turn is sent to OpenAI as an empty text", () => {
    for (const silent of [{}, { content: undefined }, { tool_calls: [] }])
      expect(sent(assistant(silent))).toEqual(assistant({ content: "" }));
    for (const said of [{ refusal: "No." }, { tool_calls: [call("1")] }, { content: "" }])
      expect(sent(assistant(said))).toEqual(assistant(said));
    expect(sent(assistant({}), own)).toEqual(assistant({}));
  });

  test("an answer in parts goes back to its writer as it came, unless it was changed", () => {
    const parts = [
      { type: "thinking", thinking: [{ type: "text", text: "Hm." }] },
      { type: "text", text: "Look left." },
    ];
    const said = { content: "Look left.", reasoning_content: "Hm.", provider_parts: parts };
    const mistral = { writer: "mistral:magistral", strict: false };
    const written = { ...said, written_by: mistral.writer };
    expect(sent(assistant(written), mistral)).toEqual(assistant({ content: parts }));
    expect(sent(assistant({ ...written, content: "Look right." }), mistral)).toEqual(
      assistant({ content: "Look right.", reasoning_content: "Hm." }),
    );
    for (const target of [own, openai])
      expect(sent(assistant(written), target)).toEqual(assistant({ content: "Look left." }));
    // Blocks of another interface of the same model.
    const blocks = { ...written, content: null, provider_parts: [{ type: "tool_use", id: "1" }] };
    expect(sent(assistant(blocks), mistral)).toEqual(assistant({ content: null, reasoning_content: "Hm." }));
  });

  test("a spoken answer is an id for its model while that keeps it, and its words for others", () => {
    const audio = { id: "audio_1", data: "AA", transcript: "Hello.", expires_at: Date.now() / 1_000 + 60 };
    const gpt = { writer: "openai:gpt-audio", strict: true };
    const spoken = assistant({ audio, written_by: gpt.writer });
    expect(sent(spoken, gpt)).toEqual(assistant({ audio: { id: "audio_1" } }));
    const late = assistant({ audio: { ...audio, expires_at: 1 }, written_by: gpt.writer });
    for (const [message, target] of [[late, gpt] as const, [spoken, own] as const])
      expect(sent(message, target)).toEqual(assistant({ content: "Hello." }));
  });

  test("OpenAI gets images of a result after the results", () => {
    const image = { type: "image_url" as const, image_url: { url: "data:image/png;base64,AA" } };
    const text = { type: "text" as const, text: "a chart" };
    const result = (id: string, content: unknown) =>
      ({ role: "tool", tool_call_id: id, content }) as ChatMessage;
    const messages: ChatMessage[] = [
      assistant({ tool_calls: [call("1"), call("2")] }),
      result("1", [text, image]),
      result("2", [image]),
      { role: "user", content: "Well?" },
    ];
    expect(toOpenAiMessages(messages, openai)).toEqual([
      messages[0],
      result("1", [text]),
      result("2", "The content of this result is in the message after the results."),
      {
        role: "user",
        content: [
          { type: "text", text: "Result of the call 1:" },
          image,
          { type: "text", text: "Result of the call 2:" },
          image,
        ],
      },
      messages[3],
    ]);
    expect(toOpenAiMessages(messages, own)).toEqual(messages);
  });

  test("an empty call of the other kind is left out", () => {
    const both = call("1", { custom: { name: "", input: "" } });
    for (const target of [own, openai])
      expect(sent(assistant({ tool_calls: [both] }), target)).toEqual(assistant({ tool_calls: [call("1")] }));
  });

  test("ids above 40 characters are replaced for OpenAI, the same in call and result", () => {
    const long = "x".repeat(41);
    const messages: ChatMessage[] = [
      assistant({ tool_calls: [call(long)] }),
      { role: "tool", tool_call_id: long, content: "b" },
    ];
    const [asked, result] = toOpenAiMessages(messages, openai) as unknown as [
      { tool_calls: { id: string }[] },
      { tool_call_id: string },
    ];
    expect(asked.tool_calls[0]?.id.length).toBeLessThanOrEqual(40);
    expect(result.tool_call_id).toBe(asked.tool_calls[0]?.id);
    expect(toOpenAiMessages(messages, own)).toEqual(messages);
  });
});

test("an answer has extras if it has content beyond OpenAI's fields", () => {
  expect(holdsExtras({ role: "assistant", content: "a", refusal: null, annotations: [] })).toBe(false);
  expect(holdsExtras({ content: "a", reasoning_content: null, reasoning: "" })).toBe(false);
  expect(holdsExtras({ tool_calls: [call("1", { index: 0 })] })).toBe(false);
  expect(holdsExtras({ reasoning: "Hm." })).toBe(true);
  expect(holdsExtras({ annotations: [{ type: "url_citation" }] })).toBe(true);
  expect(holdsExtras({ tool_calls: [call("1", signature)] })).toBe(true);
});
