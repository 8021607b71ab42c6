import { expect, it } from "vitest";
import type { ChatMessage } from "../../../src/contracts/index.ts";
import { isFirstTurn } from "../../../src/loop/audit/tool-turns.ts";

const user: ChatMessage = { role: "user", content: "ask" };

it.each<[string, ChatMessage, boolean]>([
  ["an answer of a tool", { role: "tool", tool_call_id: "1", content: "found" }, false],
  [
    "an answer of a function, as it was called before",
    { role: "function", name: "f", content: "found" },
    false,
  ],
  ["a call", { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } }, false],
  ["an empty list of calls", { role: "assistant", content: "hello", tool_calls: [] }, true],
  ["an answer in words", { role: "assistant", content: "hello" }, true],
])("knows after %s if a tool was used", (_, message, expected) => {
  expect(isFirstTurn({ messages: [user, message, user] })).toBe(expected);
});
