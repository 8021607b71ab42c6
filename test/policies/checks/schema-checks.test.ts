import { describe, expect, it } from "vitest";
import { z } from "zod";
import { jsonSchema, type StandardSchema, toolArguments } from "../../../policies/checks/index.ts";
import { isRouterError } from "../../../src/contracts/index.ts";
import { verdictOn } from "../../support/verdict.ts";

const plain = {
  type: "object",
  properties: { a: { type: "number" }, b: { enum: ["x", "y"] } },
  required: ["a"],
  additionalProperties: false,
};
const withZod = z.strictObject({ a: z.number(), b: z.enum(["x", "y"]).optional() });

describe.each([
  ["a JSON Schema", jsonSchema(plain)],
  ["a Zod schema, by its standard interface", jsonSchema(withZod)],
])("jsonSchema with %s", (_, check) => {
  it.each(['{"a": 1}', ' {"a": 1.5, "b": "y"}\n'])("accepts %s", async (text) => {
    expect(await verdictOn(check, text)).toBe(true);
  });

  it.each([
    "",
    "1",
    "null",
    '{"a": "1"}',
    '{"b": "x"}',
    '{"a": 1, "c": 2}',
    '{"a": 1',
    '```json\n{"a": 1}\n```',
  ])("does not accept %j", async (text) => {
    expect(await verdictOn(check, text)).toBe(false);
  });

  it("does not accept an answer without a text", async () => {
    expect(await verdictOn(check, {})).toBe(false);
  });
});

describe("jsonSchema", () => {
  it("takes an asynchronous schema, and a function with a schema", async () => {
    const validate = async (value: unknown) => (value === 1 ? { value } : { issues: [{ message: "no" }] });
    const standard = { "~standard": { version: 1, vendor: "mine", validate } } as const;
    const callable: StandardSchema = Object.assign(() => {}, standard);
    for (const schema of [standard, callable]) {
      expect(await verdictOn(jsonSchema(schema), "1")).toBe(true);
      expect(await verdictOn(jsonSchema(schema), "2")).toBe(false);
    }
  });

  it.each([
    [{ type: "text" }, 'the type "text" does not exist'],
    [{ properties: { a: { items: { type: ["null", "int"] } } } }, 'the type "int" does not exist'],
    [{ properties: { a: { pattern: "((" } } }, "Invalid regular expression"],
    [{ patternProperties: { "((": {} } }, "Invalid regular expression"],
    [{ properties: { a: { $ref: "#/$defs/b" } } }, 'the reference "#/$defs/b" has no target in the schema'],
    [{ $ref: "https://example.com/schema.json" }, "has no target in the schema"],
  ])("refuses the invalid schema %j, naming the option and the problem", async (schema, problem) => {
    const check = jsonSchema(schema);
    const error = await Promise.resolve(verdictOn(check, "{}")).catch((thrown: unknown) => thrown);
    const message = isRouterError(error, "invalid-option") ? error.message : String(error);
    expect(message).toMatch(/^jsonSchema.schema must be a JSON Schema that can be checked \(/);
    expect(message).toContain(problem);
  });

  it.each<[object, string, string]>([
    // Keywords are checked even without a type.
    [{ properties: { a: { type: "number" } }, required: ["a"] }, '{"a": 1}', '{"a": "1"}'],
    [{ type: "object", required: ["a"] }, '{"a": 1}', "{}"],
    [{ type: "object", properties: { a: { default: 1 } }, required: ["a"] }, '{"a": 1}', "{}"],
    [{ type: "object", anyOf: [{ required: ["a"] }, { required: ["b"] }] }, '{"b": 1}', '{"c": 1}'],
    [{ const: { a: [1] } }, '{"a": [1]}', '{"a": [2]}'],
    [{ enum: [{ a: 1 }, 2] }, '{"a": 1}', '{"a": 2}'],
    [{ not: { type: "string" } }, "1", '"a"'],
    [{ if: { type: "string" }, then: { minLength: 2 } }, '"ab"', '"a"'],
    [{ $defs: { s: { type: "string" } }, $ref: "#/$defs/s", minLength: 2 }, '"ab"', '"a"'],
    [{ properties: { a: { type: "string" }, b: { $ref: "#/properties/a" } } }, '{"b": "x"}', '{"b": 1}'],
    [{ type: "object", required: ["toString"] }, '{"toString": 1}', "{}"],
    [{ type: "string", pattern: "^\\p{L}+$" }, '"é"', '"1"'],
    [{ type: "string", format: "date" }, '"2026-01-31"', '"2026-02-31"'],
    [{ additionalProperties: false, properties: {}, example: { type: "thing" } }, "{}", '{"a": 1}'],
    [
      {
        $schema: "http://json-schema.org/draft-07/schema#",
        items: [{ type: "string" }],
        additionalItems: false,
      },
      '["a"]',
      '["a", 1]',
    ],
    [{ $schema: "http://json-schema.org/draft-04/schema#", minimum: 1, exclusiveMinimum: true }, "2", "1"],
  ])("checks all of %j", async (schema, good, bad) => {
    const before = JSON.stringify(schema);
    const check = jsonSchema(Object.freeze(schema) as Record<string, unknown>);
    expect(await verdictOn(check, good)).toBe(true);
    expect(await verdictOn(check, bad)).toBe(false);
    expect(JSON.stringify(schema)).toBe(before);
  });

  it.each([
    { properties: { name: { pattern: "^(a+)+$" } } },
    { propertyNames: { pattern: "^n" }, patternProperties: { "^n": { pattern: "(a|aa)+$" } } },
    { $defs: { text: { pattern: "^(a+)+$" } }, properties: { name: { $ref: "#/$defs/text" } } },
  ])("stops %j where a pattern does not finish, and continues to work afterwards", async (schema) => {
    const check = jsonSchema(schema);
    const endless = Promise.resolve(verdictOn(check, JSON.stringify({ name: `${"a".repeat(60)}!` })));
    await expect(endless).rejects.toThrow("not finished within 100 ms");
    expect(await verdictOn(check, '{"name": "aa"}')).toBe(true);
  });

  it("refuses a value that is not a schema", () => {
    for (const wrong of [undefined, null, "object", []])
      expect(() => jsonSchema(wrong as never)).toThrow("jsonSchema.schema must be");
  });

  it("distinguishes schemas by name", () => {
    expect(jsonSchema(plain).name).toBe("jsonSchema");
    expect(jsonSchema(plain, { name: "invoice" }).name).toBe("jsonSchema(invoice)");
  });
});

describe("toolArguments", () => {
  const check = toolArguments({
    tools: [
      { type: "function", function: { name: "lookup", parameters: plain } },
      { type: "function", function: { name: "now" } },
    ],
  });
  const calls = (...given: readonly (readonly [string, string])[]) => ({
    tool_calls: given.map(([name, args], index) => ({
      id: `call-${index}`,
      type: "function" as const,
      function: { name, arguments: args },
    })),
  });

  it("accepts calls of offered tools whose arguments fit", async () => {
    expect(await verdictOn(check, calls(["lookup", '{"a": 1}']))).toBe(true);
    expect(await verdictOn(check, calls(["now", "{}"], ["lookup", '{"a": 1, "b": "x"}']))).toBe(true);
  });

  it("accepts an answer without tool calls", async () => {
    expect(await verdictOn(check, "no tools needed")).toBe(true);
  });

  it.each([
    ["lookup", '{"a": "1"}'],
    ["lookup", "{}"],
    ["lookup", '{"a": 1'],
    ["now", "[]"],
    ["now", ""],
    ["delete", "{}"],
    ["constructor", "{}"],
  ])("does not accept %s(%s)", async (name, args) => {
    expect(await verdictOn(check, calls(["now", "{}"], [name, args]))).toBe(false);
  });

  it("refuses tools that it cannot check", () => {
    expect(() => toolArguments({ tools: [{ type: "custom", custom: { name: "x" } }] })).toThrow(
      "toolArguments.tools[0].type",
    );
    const parameters = "object" as never;
    expect(() =>
      toolArguments({ tools: [{ type: "function", function: { name: "x", parameters } }] }),
    ).toThrow("toolArguments.tools[0].function.parameters");
  });
});
