import { describe, expect, it } from "vitest";
import { type SufficientFile, sufficient } from "../../../policies/checks/index.ts";
import { answerSignals } from "../../../policies/checks/internal/answer-signals.ts";
import { rankIn } from "../../../policies/checks/internal/gain-model.ts";
import { completionOf, factsOf } from "../../../src/testing/index.ts";
import { sufficientFiles } from "../../support/sufficient-files.ts";
import { hopOf } from "../../support/verdict.ts";

const { logprob, blend, text } = sufficientFiles;

function judge(file: SufficientFile, answer: Parameters<typeof completionOf>[0], facts = factsOf()) {
  const remarks: string[] = [];
  const hop = { ...hopOf().hop, note: (remark: string) => void remarks.push(remark) };
  return { accepted: sufficient(file).accepts(facts, completionOf(answer), hop), remarks };
}

describe("sufficient", () => {
  it("compares the log-probability with the threshold of the file", () => {
    expect(judge(logprob, { content: "x", logprobs: [-0.3] }).accepted).toBe(true);
    expect(judge(logprob, { content: "x", logprobs: [-0.31] }).accepted).toBe(false);
  });

  it("weighs the rank of the log-probability with what the large model is expected to gain", () => {
    expect(judge(blend, { content: "x", logprobs: [-0.001] }).accepted).toBe(true);
    expect(judge(blend, { content: "x", logprobs: [-3] }).accepted).toBe(false);
    const close = { content: "x", logprobs: [-0.18] };
    const plain = judge({ ...blend, min: 0.51 }, close).accepted;
    const code = judge({ ...blend, min: 0.51 }, close, factsOf({ category: "code" })).accepted;
    expect([plain, code]).toEqual([true, false]);
  });

  it("reads signs in the text where a provider sends no log-probabilities", () => {
    expect(judge(text, "It is 42.").accepted).toBe(true);
    expect(judge(text, "Answer: 1\nAnswer: 2").accepted).toBe(false);
    expect(judge(text, { content: "", finishReason: "length" }).accepted).toBe(false);
  });

  it("does not accept an answer without what the score needs, and says so", () => {
    expect(judge(blend, "x")).toEqual({
      accepted: false,
      remarks: [expect.stringContaining("logprobs: true")],
    });
    const calls = [{ id: "1", type: "function" as const, function: { name: "f", arguments: "{}" } }];
    expect(judge(text, { tool_calls: calls })).toEqual({
      accepted: false,
      remarks: [expect.stringContaining("tool calls")],
    });
  });

  it("gives the verdict on a record that it gives on the answer", () => {
    for (const [file, value] of [
      [logprob, -0.2],
      [logprob, -0.4],
      [blend, -0.001],
      [blend, -3],
    ] as const) {
      const answer = completionOf({ content: "x", logprobs: [value] });
      const recorded = sufficient(file).recorded?.(factsOf(), {
        answer: { answer: "x", logprobConfidence: value, outputTokens: answer.usage?.completion_tokens ?? 1 },
        other: () => undefined,
        permits: () => true,
        verdictOf: () => undefined,
      });
      expect(recorded).toEqual({ accepted: sufficient(file).accepts(factsOf(), answer, hopOf().hop) });
    }
  });

  it("has a name with model, version and threshold", () => {
    expect(sufficient(blend).name).toBe("sufficient(s, blend 0123456789ab, min 0.5)");
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "sufficient.file"],
    ["another kind", { kind: "tuning" }, "sufficient.file"],
    ["another format", { ...logprob, formatVersion: 2 }, "formatVersion"],
    ["another score", { ...logprob, score: "sum" }, "sufficient.file.score"],
    ["a threshold above 0", { ...logprob, min: 0.1 }, "sufficient.file.min"],
    ["a rank above 1", { ...blend, min: 2 }, "sufficient.file.min"],
    ["no model", { ...blend, gain: undefined }, "sufficient.file.gain"],
    ["too few weights", { ...blend, gain: { ...blend.gain, weights: [1] } }, "gain.weights"],
    [
      "a weight that is no number",
      { ...blend, gain: { ...blend.gain, weights: [1, 1, 1, Number.NaN, 1, 1] } },
      "weights",
    ],
    ["a deviation of 0", { ...blend, gain: { ...blend.gain, deviations: [1, 1, 1, 0, 1, 1] } }, "deviations"],
    ["quantiles that fall", { ...blend, gain: { ...blend.gain, gains: [1, 0] } }, "gain.gains"],
    ["a blend that does not read log-probabilities", { ...text, score: "blend" }, "gain.logprob"],
  ])("refuses a file with %s", (_, file, field) => {
    expect(() => sufficient(file as SufficientFile)).toThrow(field);
  });
});

describe("the rank in quantiles", () => {
  it("is the share below, between quantiles in proportion, in the middle of equal ones", () => {
    expect([-9, 0, 0.5, 1, 9].map((value) => rankIn([0, 1, 2], value))).toEqual([0, 0, 0.25, 0.5, 1]);
    expect(rankIn([0, 0, 0, 1], 0)).toBeCloseTo(1 / 3, 12);
  });
});

describe("signs in an answer", () => {
  const of = (answer: string, jsonSchema = false) => answerSignals({ jsonSchema }, answer);

  it("are words of doubt, in several languages", () => {
    expect(of("It is 42.").hedging).toBe(0);
    for (const doubt of [
      "I think it is 42.",
      "Vielleicht 42.",
      "Probablement 42.",
      "可能是42。",
      "Возможно, 42.",
    ])
      expect(of(doubt).hedging, doubt).toBeGreaterThan(0);
  });

  it("are errors of format", () => {
    expect(of("").formatError).toBe(1);
    expect(of("```js\nx").formatError).toBe(1);
    expect(of('{"a": 1').formatError).toBe(1);
    expect(of("no JSON", true).formatError).toBe(1);
    expect(of('{"a": 1}', true).formatError).toBe(0);
    expect(of("plain").formatError).toBe(0);
  });

  it("are answers that contradict each other, and wrong equations", () => {
    expect(of("Answer: 1. No, wait.\nAnswer: 2.").contradiction).toBe(1);
    expect(of("Answer: 2\nThe answer is 2.").contradiction).toBe(0);
    expect(of("3 * 4 = 13").contradiction).toBe(1);
  });
});
