import { describe, expect, it } from "vitest";
import cases from "../../fixtures/templates/cases.json" with { type: "json" };
import refusals from "../../fixtures/templates/refusals.json" with { type: "json" };
import { qwenRefusal } from "../../support/strict/qwen-rules.ts";

describe("the strict server of Qwen's rules", () => {
  const refused: Readonly<Record<string, string>> = refusals.templates["Qwen/Qwen3.5-4B"].asSent;

  it.each(Object.entries(cases))("says of %s what the real template says", (name, messages) => {
    expect(qwenRefusal({ messages })).toBe(refused[name]);
  });

  it("refuses tools that are no functions, and calls of them", () => {
    const messages = [{ role: "user", content: "hi" }];
    const custom = { type: "custom", custom: { name: "patch" } };
    expect(qwenRefusal({ messages, tools: [custom] })).toContain("'tools', 0, 'type'");
    const call = { id: "c", type: "custom", custom: { name: "patch", input: "x" } };
    const called = [...messages, { role: "assistant", content: "", tool_calls: [call] }];
    expect(qwenRefusal({ messages: called })).toContain("'messages', 1, 'tool_calls', 0, 'type'");
  });

  it("refuses arguments that are no object", () => {
    const call = (text: string) => ({
      id: "c",
      type: "function",
      function: { name: "look", arguments: text },
    });
    const called = (text: string) => ({
      messages: [
        { role: "user", content: "hi" },
        { role: "assistant", content: "", tool_calls: [call(text)] },
      ],
    });
    expect(qwenRefusal(called("{}"))).toBeUndefined();
    expect(qwenRefusal(called('"quay"'))).toBe("Can only get item pairs from a mapping.");
    expect(qwenRefusal(called('{"at"'))).toContain("Expecting");
  });
});
