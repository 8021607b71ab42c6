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
    expect(sent(message)).toEqual(assistant({ tool_calls: [call("call_1")] }));
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
    const message = assistant({ content: "a", reasoning_content: null, tool_calls: [], annotations: [] });
    for (const target of [own, openai]) expect(sent(message, target)).toEqual(assistant({ content: "a" }));
  });

  test("an empty turn is sent to OpenAI as an empty text", () => {
    for (const silent of [{}, { content: undefined }, { tool_calls: [] }])
      expect(sent(assistant(silent))).toEqual(assistant({ content: "" }));
    for (const said of [{ refusal: "No." }, { tool_calls: [call("1")] }, { content: "" }])
      expect(sent(assistant(said))).toEqual(assistant(said));
    expect(sent(assistant({}), own)).toEqual(assistant({}));
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
  expect(holdsExtras({ tool_calls: [call("1", signature)] })).toBe(true);
});
