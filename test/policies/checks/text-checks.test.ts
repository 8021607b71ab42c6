import { describe, expect, it } from "vitest";
import { finishReason, notRefused, numericAnswer } from "../../../policies/checks/index.ts";
import { verdictOn } from "../../support/verdict.ts";

const toolCall = { id: "1", type: "function", function: { name: "f", arguments: "{}" } } as const;

describe("notRefused", () => {
  const says = (answer: Parameters<typeof verdictOn>[1]) => verdictOn(notRefused(), answer);

  it.each([
    "Paris.",
    "I cannot recommend this book enough: read it.",
    `${"Here is how to do it. ".repeat(15).trim()} I can't help with the rest.`,
    "La réponse est 42.",
    "1. apples\n2. pears\n3. plums",
    `A ruler:\n${"-".repeat(150)}`,
    "ha ha ha ha ha ha ha ha",
  ])("accepts %j", (text) => {
    expect(says(text)).toBe(true);
  });

  it.each([
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I can’t assist with this request.",
    "Unfortunately, I am unable to provide that.",
    "As an AI language model, I have no opinion.",
    "Tut mir leid, aber ich kann dabei nicht helfen.",
    "Je suis désolé, mais je ne peux pas répondre.",
    "Lo siento, pero no puedo ayudar con eso.",
    "Mi dispiace, ma non posso aiutarti.",
    "Desculpe, mas não posso ajudar.",
    "抱歉，我无法回答这个问题。",
    "申し訳ありませんが、お手伝いできません。",
    "",
    " \n\t ",
  ])("does not accept %j", (text) => {
    expect(says(text)).toBe(false);
  });

  it("does not accept a text that ends in a loop, wherever the loop begins", () => {
    expect(says("the ".repeat(60))).toBe(false);
    expect(says(`First, ${"and then the fox ran away, ".repeat(20)}`)).toBe(false);
    expect(says(`${"A long and good beginning. ".repeat(3)}${"0".repeat(500)}`)).toBe(false);
    expect(says("x".repeat(1_000_000))).toBe(false);
  });

  it("reads refusal flag, content filter and tool calls", () => {
    expect(says({ content: "ok", refusal: "No." })).toBe(false);
    expect(says({ content: "ok", finishReason: "content_filter" })).toBe(false);
    expect(says({ tool_calls: [toolCall] })).toBe(true);
  });
});

describe("finishReason", () => {
  it("accepts an answer that ended normally or with tool calls", () => {
    expect(verdictOn(finishReason(), "x")).toBe(true);
    expect(verdictOn(finishReason(), { finishReason: "tool_calls" })).toBe(true);
    expect(verdictOn(finishReason(), { finishReason: "length" })).toBe(false);
  });

  it("accepts only the given reasons", () => {
    expect(verdictOn(finishReason("length"), { finishReason: "length" })).toBe(true);
    expect(verdictOn(finishReason("length"), "x")).toBe(false);
    expect(finishReason("length").name).toBe("finishReason(length)");
    expect(() => finishReason("" as "stop")).toThrow("finishReason[0]");
  });
});

describe("numericAnswer", () => {
  it.each([
    ["The answer is 42.", 42],
    ["#### 1,234", 1234],
    ["\\boxed{-3.5}", -3.5],
    ["**$1,234.50**", 1234.5],
    ["from 3-5", 5],
    ["between 7 and −8", -8],
    ["(12)", 12],
  ])("reads %j as %d", (text, value) => {
    expect(verdictOn(numericAnswer({ min: value, max: value }), text)).toBe(true);
    expect(verdictOn(numericAnswer({ min: value + 1 }), text)).toBe(false);
  });

  it.each(["", "forty-two", "version 1.2.3", "1,5", "9".repeat(50)])("finds no number in %j", (text) => {
    expect(verdictOn(numericAnswer(), text)).toBe(false);
  });

  it("requires an integer with the option integer", () => {
    expect(verdictOn(numericAnswer({ integer: true }), "12.00")).toBe(true);
    expect(verdictOn(numericAnswer({ integer: true }), "12.5")).toBe(false);
  });

  it("has a name that shows its options, and refuses a range without numbers", () => {
    expect(numericAnswer().name).toBe("numericAnswer");
    expect(numericAnswer({ integer: true, min: 0 }).name).toBe("numericAnswer(integer, min 0)");
    expect(() => numericAnswer({ min: 2, max: 1 })).toThrow("numericAnswer.max");
    const none = Number.NEGATIVE_INFINITY;
    expect(() => numericAnswer({ max: none })).toThrow("numericAnswer.max must be a finite number");
  });
});
