import { describe, expect, it } from "vitest";
import type { ChatMessage, RoleRule } from "../../../../src/contracts/index.ts";
import { messagesByRule } from "../../../../src/router/providers/internal/messages-by-rule.ts";
import { toOpenAiMessages } from "../../../../src/router/providers/internal/openai-messages.ts";
import { roleRuleOf } from "../../../../src/router/providers/internal/role-rule.ts";
import given from "../../../fixtures/templates/cases.json" with { type: "json" };
import refusals from "../../../fixtures/templates/refusals.json" with { type: "json" };
import { qwenRefusal } from "../../../support/strict/qwen-rules.ts";

const cases = Object.entries(given as unknown as Record<string, ChatMessage[]>);
const rules = ["one-system", "alternating", "no-system"] as const;
const sent = (messages: ChatMessage[], roles: RoleRule) =>
  toOpenAiMessages(messages, { writer: "vllm:m", strict: false, roles });

/** Templates that know no results of tools, or put a system's text next to the last user's only where nothing follows. */
const ofTheirOwn = [
  "google/gemma-2-2b-it",
  "microsoft/Phi-3.5-mini-instruct",
  "mistralai/Mistral-Nemo-Instruct-2407",
];

describe("messages as chat templates take them", () => {
  it("are those that the templates were rendered with", async () => {
    const made = Object.fromEntries(
      rules.map((rule) => [rule, Object.fromEntries(cases.map(([name, one]) => [name, sent(one, rule)]))]),
    );
    await expect(`${JSON.stringify(made, null, 1)}\n`).toMatchFileSnapshot(
      "../../../fixtures/templates/sent.snap",
    );
  });

  it.each(Object.entries(refusals.templates))(
    "%s refuses and leaves out nothing of them",
    (model, template) => {
      expect(roleRuleOf(model, true)).toBe(template.rule);
      const told = Object.keys(template.byRule);
      const withCalls = cases
        .filter(([, one]) => one.some(({ role }) => role === "tool"))
        .map(([name]) => name);
      if (!ofTheirOwn.includes(model)) expect(told).toEqual([]);
      expect(withCalls).toEqual(expect.arrayContaining(told));
    },
  );

  it("pass the strict server of Qwen's rules", () => {
    for (const [, messages] of cases)
      expect(qwenRefusal({ messages: sent(messages, "one-system") })).toBeUndefined();
  });

  it("stay the same objects where the server takes them", () => {
    const messages: ChatMessage[] = [
      { role: "system", content: "s" },
      { role: "user", content: "u" },
    ];
    for (const rule of ["as-sent", "one-system"] as const)
      expect(messagesByRule(messages, rule)).toBe(messages);
    expect(messagesByRule([], "no-system")).toEqual([]);
  });

  it("keep what parts of a text say besides", () => {
    const cached = { type: "text" as const, text: "a", cache_control: { type: "ephemeral" } };
    const [system] = messagesByRule(
      [
        { role: "developer", content: [cached] },
        { role: "user", content: "u" },
        { role: "system", content: "b" },
      ],
      "one-system",
    );
    expect(system).toEqual({ role: "system", content: [cached, { type: "text", text: "b" }] });
  });
});

describe("the rule of a model", () => {
  it.each([
    ["qwen3.6:27b", false, "one-system"],
    ["Qwen/Qwen3-8B", false, "one-system"],
    ["mistral-large-latest", false, "alternating"],
    ["unsloth/Devstral-Small-2507", false, "alternating"],
    ["gemma2:9b", false, "no-system"],
    ["google/gemma-7b-it", false, "no-system"],
    ["google/gemma-3-12b-it", false, "alternating"],
    ["gemma-4-26b", false, "one-system"],
    ["gpt-5.6", false, "as-sent"],
    ["anthropic/claude-opus-4.8", false, "as-sent"],
    ["my-tune", false, "as-sent"],
    ["my-tune", true, "one-system"],
  ] as const)("%s, an engine's: %s, is %s", (model, isEngine, rule) => {
    expect(roleRuleOf(model, isEngine)).toBe(rule);
  });
});
