import { describe, expect, it } from "vitest";
import { z } from "zod";
import { jsonDiff } from "../../../evals/scorers/json-diff.ts";
import { jsonForm } from "../../../evals/scorers/json-form.ts";
import { scoreWith } from "../../../evals/scorers/score-with.ts";
import { runs } from "../../support/runs.ts";

const person = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer", minimum: 0 } },
  required: ["name", "age"],
  additionalProperties: false,
};

describe("jsonForm", () => {
  it.each([
    ['{"name": "Ada", "age": 36}', 1],
    [' {"name": "Ada", "age": 36}\n', 1],
    ['{"name": "Ada"}', 0],
    ['{"name": "Ada", "age": "36"}', 0],
    ['{"name": "Ada", "age": -1}', 0],
    ['{"name": "Ada", "age": 36, "born": 1815}', 0],
    ["{name: 'Ada', age: 36}", 0],
    ["Here you are: {}", 0],
    ["", 0],
    ["null", 0],
    ['```json\n{"name": "Ada", "age": 36}\n```', 0],
  ])("scores %j with %d, by a JSON Schema and by Zod", async (output, score) => {
    const schema = z.strictObject({ name: z.string(), age: z.int().min(0) });
    expect((await scoreWith(jsonForm(person), { output })).score).toBe(score);
    expect((await scoreWith(jsonForm(schema), { output })).score).toBe(score);
  });

  it("takes a Markdown block where it is told to, and says so where it is not", async () => {
    const output = '```json\n{"name": "Ada", "age": 36}\n```';
    expect((await scoreWith(jsonForm(person, { fenced: true }), { output })).score).toBe(1);
    expect((await scoreWith(jsonForm(person), { output })).metadata?.["reason"]).toContain("option fenced");
  });

  it("does not score what a pattern that backtracks does not come to an end with", async () => {
    const output = JSON.stringify({ name: `${"a".repeat(60)}!` });
    for (const rule of [
      { properties: { name: { type: "string", pattern: "^(a+)+$" } } },
      {
        propertyNames: { pattern: "^n" },
        patternProperties: { "^n": { type: "string", pattern: "(a|aa)+$" } },
      },
      { $defs: { text: { pattern: "^(a+)+$" } }, properties: { name: { $ref: "#/$defs/text" } } },
    ].slice(runs(-1, 0))) {
      const scorer = jsonForm({ type: "object", ...rule });
      const { score, metadata } = await scoreWith(scorer, { output });
      expect(score).toBeNull();
      expect(metadata?.["reason"]).toMatch(/^comparing with the schema takes longer than 500 ms/);
      expect((await scoreWith(scorer, { output: '{"name": "aa"}' })).score).toBe(1);
    }
  });

  it("refuses what is no schema, and one that cannot be converted", async () => {
    expect(() => jsonForm(null as unknown as object as never)).toThrow("jsonForm.schema");
    await expect(scoreWith(jsonForm({ type: "text" }), { output: "1" })).rejects.toThrow("jsonForm.schema");
    await expect(jsonForm({ type: "text" }).gapIn?.({})).rejects.toThrow("jsonForm.schema");
    expect(await jsonForm(person).gapIn?.({})).toBeUndefined();
    let deep: object = { type: "string" };
    for (let depth = 0; depth < 20_000; depth += 1) deep = { items: deep };
    await expect(scoreWith(jsonForm({ ...deep }), { output: "[]" })).rejects.toThrow("jsonForm.schema");
  });
});

describe("jsonDiff", () => {
  const diff = async (output: string, expected: unknown) =>
    (await scoreWith(jsonDiff(), { output, expected })).score;

  it.each([
    ['{"a": 1, "b": [true, null]}', { b: [true, null], a: 1 }, 1],
    ["{}", {}, 1],
    ["[]", [], 1],
    // One of two keys.
    ['{"a": 1}', { a: 1, b: 2 }, 1 / 2],
    // A key too many.
    ['{"a": 1, "b": 2, "c": 3, "d": 4}', { a: 1 }, 1 / 4],
    ["[1, 2]", [1, 2, 3, 4], 2 / 4],
    ["[1, 2, 3, 4]", [1, 2], 2 / 4],
    ["[2, 1]", ["2", 1], 1 / 2],
    // 1 - 1 / 3
    ["1", 2, 2 / 3],
    ["-1", 1, 0],
    ["0", 0, 1],
    ["0", 5, 0],
    // Pairs ni ig gh ht and na ac ch ht: one in common, 2 · 1 / 8.
    ['"night"', "night", 1],
    ['{"w": "nacht"}', { w: "night" }, 1 / 4],
    ['"a"', '"b"', 0],
    ["true", false, 0],
    ["null", null, 1],
    ["null", false, 0],
    ['"1"', 1, 0],
    ["[]", {}, 0],
    // (1 + (1 + 0.5) / 2) / 2
    [
      '{"id": 7, "at": {"city": "Rome", "lines": ["x", "y"]}}',
      { id: 7, at: { city: "Rome", lines: ["x"] } },
      0.875,
    ],
    ['{"__proto__": 1}', JSON.parse('{"__proto__": 1}'), 1],
    ['{"constructor": 1}', {}, 0],
    ["no JSON", {}, 0],
    ["", {}, 0],
    ['{"a": 1}', '{"a": 1}', 1],
  ])("finds %s and %j alike by %d", async (output, expected, score) => {
    expect(await diff(output, expected)).toBeCloseTo(score, 12);
  });

  it("does not score without an expected value that is JSON", async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    for (const expected of [undefined, cyclic, () => 1]) expect(await diff("{}", expected)).toBeNull();
  });

  it("bounds depth and length", async () => {
    const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(await diff(nested(100), JSON.parse(nested(100)))).toBe(1);
    expect(await diff(nested(101), JSON.parse(nested(101)))).toBe(0);
    const long = JSON.stringify("x".repeat(1_000_000));
    expect(await diff(long, "x".repeat(1_000_000))).toBe(0);
    expect(await diff('"[[\\"["', '[["[')).toBe(1);
  });
});
