import { describe, expect, it } from "vitest";
import { agree, anyOf, logprob } from "../../../policies/checks/index.ts";
import { extractText } from "../../../policies/checks/internal/extract-answer.ts";
import { only } from "../../../policies/constraints/index.ts";
import { cascade } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { completionOf, factsOf, fakeModel } from "../../../src/testing/index.ts";
import { hopOf, verdictOn } from "../../support/verdict.ts";

const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 1_000 };
const usage = { inputTokens: 10, outputTokens: 10 };
const call = (name: string, args: string) => ({
  tool_calls: [{ id: name, type: "function" as const, function: { name, arguments: args } }],
});

describe("what an answer says", () => {
  it.each([
    ["The answer is 42.", "#### 42"],
    ["**42**", "42"],
    ["… so \\boxed{1{,}2}", "\\boxed{1{,}2}"],
    ["So the final answer is: **Paris**.", "Paris"],
    ["(B)", "B."],
    ["B) Paris", "b"],
    [
      '{"reasoning": "first", "answer": "7"}',
      'First this, then that.\n```json\n{"answer": 7}\n```\nSo it is.',
    ],
    ['{"a": 1, "b": [2]}', '{"b": [2], "a": 1}'],
    ["Antwort: 1,200", "1200"],
    ['{"reasoning": "\\frac", "answer": "x=\\sqrt{2}"}', "The answer is x = \\sqrt{2}"],
    ['```py\n1\n```\n```json\n{"answer": "(2, \'x\')"}\n```\nsee `x`', "(2, 'x')"],
    ["答案：东京", "东京。"],
  ])("is the same in %j and %j", (one, other) => {
    expect(extractText(one, "answer")).toBeDefined();
    expect(extractText(one, "answer")).toBe(extractText(other, "answer"));
  });

  it.each([
    ["-3", "3"],
    ["A", "B"],
    ["x + 1", "x - 1"],
    ['{"answer": 1}', '{"answer": 2}'],
    ["Answer: 1\nAnswer: 2", "Answer: 1"],
  ])("differs in %j and %j", (one, other) => {
    expect(extractText(one, "answer")).not.toBe(extractText(other, "answer"));
  });

  it("is not known of a long explanation, an empty answer, and JSON that is nested too deeply", () => {
    expect(extractText("It depends on many things. ".repeat(20), "answer")).toBeUndefined();
    expect(extractText(" … ", "answer")).toBeUndefined();
    expect(
      extractText(`{"x": ${"[".repeat(40)}${"]".repeat(40)}}${" ".repeat(300)}`, "answer"),
    ).toBeUndefined();
  });

  it("is read in linear time, whatever is repeated", () => {
    const cpuOf = (text: string): number => {
      const before = process.cpuUsage();
      extractText(text, "answer");
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    let [short, long] = [0, 0];
    for (const piece of [
      " ",
      "answer: ",
      "\\boxed{",
      "```",
      '{"answer":"',
      "*",
      "####",
      "(a) ",
      "[",
      "\u200b",
    ]) {
      const text = (size: number) => `${piece.repeat(size / piece.length)}x`;
      for (const size of [100_000, 400_000]) text(size).charCodeAt(1);
      short += cpuOf(text(100_000)) + cpuOf(`{"answer": ${JSON.stringify(text(90_000))}}`);
      long += cpuOf(text(400_000)) + cpuOf(`{"answer": ${JSON.stringify(text(90_000))}}`);
    }
    expect(long).toBeLessThan(8 * short + 500_000);
  });
});

describe("agree", () => {
  const other = fakeModel({ model: "other" });

  it("asks the other model once, at temperature 0, with the whole request", async () => {
    const { hop, asked } = hopOf("#### 1200");
    expect(await verdictOn(agree({ with: other }), "The answer is 1,200", hop)).toBe(true);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.request).toEqual({ temperature: 0 });
  });

  it("compares calls of tools with their arguments, in any order of keys", async () => {
    const check = agree({ with: other });
    const accepts = (one: string, two: string) =>
      verdictOn(check, call("find", one), hopOf(call("find", two)).hop);
    expect(await accepts('{"a": 1, "b": 2}', '{"b":2,"a":1}')).toBe(true);
    expect(await accepts('{"a": 1}', '{"a": 2}')).toBe(false);
    expect(await accepts('{"a": 1', '{"a": 1')).toBe(false);
    expect(await verdictOn(check, call("find", "{}"), hopOf("find").hop)).toBe(false);
  });

  it("does not call the other model where nothing can be compared, and says so", async () => {
    const { hop, asked } = hopOf("42");
    const remarks: string[] = [];
    const noting = { ...hop, note: (remark: string) => void remarks.push(remark) };
    expect(await verdictOn(agree({ with: other }), "It depends. ".repeat(50), noting)).toBe(false);
    expect(asked).toEqual([]);
    expect(remarks).toEqual(["nothing to compare in the answer"]);
  });

  it("asks by the facts where there is no plan to ask again", async () => {
    const { again: _, ...hop } = hopOf("4").hop;
    const facts = factsOf({ window: "user: hello", ask: "2 + 2?" });
    expect(await agree({ with: other }).accepts(facts, completionOf("4"), hop)).toBe(true);
  });

  it("is named after all that the verdict depends on", () => {
    expect(agree({ with: other }).name).toBe("agree(with fake:other)");
    expect(agree({ with: other, by: "number", temperature: 0.5 }).name).toBe(
      "agree(with fake:other, by number, at 0.5)",
    );
  });

  it("judges recorded answers, and says which model it called", () => {
    const check = agree({ with: other });
    const judge = (answer: string | undefined, second: string | undefined, permitted = true) =>
      check.recorded?.(factsOf(), {
        answer: { answer },
        other: () => ({ answer: second }),
        permits: () => permitted,
        verdictOf: () => undefined,
      });
    expect(judge("42", "#### 42")).toEqual({ accepted: true, called: ["fake:other"] });
    expect(judge("42", "43")).toEqual({ accepted: false, called: ["fake:other"] });
    expect(judge("It depends. ".repeat(50), "43")).toEqual({ accepted: false });
    expect(judge("42", "42", false)).toEqual({ accepted: false });
    expect(judge(undefined, "42")).toBeUndefined();
    expect(judge("42", undefined)).toBeUndefined();
  });
});

describe("a cascade with agree", () => {
  const models = (text: string) => ({
    small: fakeModel({ model: "s", price, usage, answer: "The answer is 12" }),
    other: fakeModel({ model: "o", price, usage, answer: text }),
    large: fakeModel({ model: "l", price, usage, answer: "13" }),
  });

  it("sends system prompt and turns to the other model, and pays for its call", async () => {
    const all = models("12");
    const router = createRouter({
      models: all,
      policy: cascade({ first: "small", then: "large", unless: agree({ with: all.other }) }),
    });
    const messages = [
      { role: "system" as const, content: "Be brief." },
      { role: "user" as const, content: "12?" },
    ];
    const { text, attempts, costUsd } = await router.route({ messages });
    expect(text).toBe("The answer is 12");
    expect(attempts.map(({ model, hop }) => [model, hop])).toEqual([
      ["small", "answer"],
      ["other", "check"],
    ]);
    expect(costUsd).toBeCloseTo(2 * 0.02, 12);
    expect(all.other.requests[0]).toMatchObject({ messages, temperature: 0 });
  });

  it("escalates where the two do not agree", async () => {
    const all = models("14");
    const router = createRouter({
      models: all,
      policy: cascade({ first: "small", then: "large", unless: agree({ with: all.other }) }),
    });
    const { text, attempts } = await router.route("12?");
    expect(text).toBe("13");
    expect(attempts.map(({ model }) => model)).toEqual(["small", "other", "large"]);
  });

  it("escalates where the other model is not permitted: it is never called", async () => {
    const all = models("12");
    const router = createRouter({
      models: all,
      policy: cascade({ first: "small", then: "large", unless: agree({ with: all.other }) }),
      constraints: [only("small", "large")],
    });
    const { text, attempts } = await router.route("12?");
    expect(text).toBe("13");
    expect(all.other.requests).toHaveLength(0);
    expect(attempts[0]?.check).toMatchObject({ accepted: false, error: expect.stringContaining("only") });
  });

  it("asks the other model only about unsure answers, behind a log-probability", async () => {
    const small = fakeModel({ model: "s" });
    const sure = { ...small, generate: async () => completionOf({ content: "12", logprobs: [-0.001] }) };
    const all = { ...models("12"), small: sure };
    const unless = anyOf(logprob({ min: -0.1 }), agree({ with: all.other }));
    const router = createRouter({ models: all, policy: cascade({ first: "small", then: "large", unless }) });
    expect((await router.route("12?")).text).toBe("12");
    expect(all.other.requests).toHaveLength(0);
  });
});
