import { describe, expect, it } from "vitest";
import { scoreWith } from "../../../evals/scorers/score-with.ts";
import type { ScoredToolCall } from "../../../evals/scorers/scorer.ts";
import { type ToolCallMatchOptions, toolCallMatch } from "../../../evals/scorers/tool-call-match.ts";

const weather = (city: string, unit = "C") => ({ name: "weather", arguments: { city, unit } });
const time = (city: string) => ({ name: "time", arguments: { city } });

const score = async (
  toolCalls: readonly ScoredToolCall[],
  expected: unknown,
  options?: ToolCallMatchOptions,
) => (await scoreWith(toolCallMatch(options), { output: "", toolCalls, expected })).score;

describe("toolCallMatch", () => {
  it.each([
    ["the same call", [weather("Rome")], [weather("Rome")], 1],
    ["one argument of two", [weather("Rome", "F")], [weather("Rome")], 0.5 + 0.5 * 0.5],
    ["no argument right", [weather("Oslo", "F")], [weather("Rome")], 0.5],
    ["another tool", [time("Rome")], [weather("Rome")], 0],
    ["none of one", [], [weather("Rome")], 0],
    ["one of two", [weather("Rome")], [weather("Rome"), time("Rome")], 0.5],
    ["one too many", [weather("Rome"), time("Rome")], [weather("Rome")], 0.5],
    ["none of none", [], [], 1],
    ["one of none", [time("Rome")], [], 0],
    ["the same twice", [time("Rome"), time("Rome")], [time("Rome"), time("Oslo")], (1 + 0.5) / 2],
    ["another order", [time("Oslo"), weather("Rome")], [weather("Rome"), time("Oslo")], 1],
  ])("gives %s its share", async (_, made, expected, share) => {
    expect(await score(made, expected)).toBeCloseTo(share, 12);
  });

  it("matches in order where it is told to", async () => {
    const ordered = { ordered: true };
    expect(await score([weather("Rome"), time("Oslo")], [weather("Rome"), time("Oslo")], ordered)).toBe(1);
    expect(await score([time("Oslo"), weather("Rome")], [weather("Rome"), time("Oslo")], ordered)).toBe(0.5);
    // The first call is one too many.
    expect(
      await score([time("Rome"), weather("Rome"), time("Oslo")], [weather("Rome"), time("Oslo")], ordered),
    ).toBe(2 / 3);
  });

  it("counts half right as wrong where it is told to", async () => {
    expect(await score([weather("Rome", "F")], [weather("Rome")], { graded: false })).toBe(0);
    expect(await score([weather("Rome")], [weather("Rome")], { graded: false })).toBe(1);
    const thirds = [{ name: "f", arguments: { a: 1, b: 2, c: 3 } }];
    expect(await score(thirds, thirds, { graded: false })).toBe(1);
  });

  it("gives the name its share", async () => {
    expect(await score([time("Rome")], [time("Oslo")], { nameShare: 0.2 })).toBeCloseTo(0.2, 12);
    expect(await score([time("Rome")], [time("Oslo")], { nameShare: 1 })).toBe(1);
  });

  it("reads OpenAI's form, with arguments as JSON, on both sides", async () => {
    const openai = (json: string) => ({
      id: "1",
      type: "function",
      function: { name: "weather", arguments: json },
    });
    expect(await score([openai('{"unit": "C", "city": "Rome"}')], [weather("Rome")])).toBe(1);
    expect(await score([weather("Rome")], JSON.stringify(weather("Rome")))).toBe(1);
    expect(await score([openai("{city: Rome}")], [weather("Rome")])).toBe(0.5);
    expect(await score([{ name: "now" }], [{ name: "now", arguments: "" }])).toBe(1);
  });

  it("takes the calls from the text where there are none beside it", async () => {
    const scored = await scoreWith(toolCallMatch(), {
      output: '```json\n[{"name": "time", "arguments": {"city": "Rome"}}]\n```',
      expected: [time("Rome")],
    });
    expect(scored).toEqual({ name: "toolCallMatch", score: 1, metadata: { calls: 1, expected: 1 } });
  });

  it("does not score against what is no list of calls", async () => {
    for (const expected of [undefined, null, "Rome", 7, [{ tool: "time" }], [{ name: "f", arguments: "{" }]])
      expect(await score([time("Rome")], expected)).toBeNull();
  });
});
