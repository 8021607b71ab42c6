import { describe, expect, it } from "vitest";
import { z } from "zod";
import { jsonSchema, type StandardSchema, toolArguments } from "../../../policies/checks/index.ts";
import { isRouterError } from "../../../src/contracts/index.ts";
import { verdictOn } from "./verdict.ts";

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
  it("takes a schema that answers later, and a function that is one", async () => {
    const validate = async (value: unknown) => (value === 1 ? { value } : { issues: [{ message: "no" }] });
    const standard = { "~standard": { version: 1, vendor: "mine", validate } } as const;
    const callable: StandardSchema = Object.assign(() => {}, standard);
    for (const schema of [standard, callable]) {
      expect(await verdictOn(jsonSchema(schema), "1")).toBe(true);
      expect(await verdictOn(jsonSchema(schema), "2")).toBe(false);
    }
  });

  it("says of a JSON Schema that cannot be converted which option it is and why", async () => {
    const check = jsonSchema({ type: "object", if: {} });
    const error = await Promise.resolve(verdictOn(check, "{}")).catch((thrown: unknown) => thrown);
    expect(isRouterError(error, "invalid-option") && error.message).toMatch(
      /^jsonSchema.schema must be a JSON Schema that Zod can convert \(.*if/,
    );
  });

  it("refuses what is no schema", () => {
    for (const wrong of [undefined, null, "object", []])
      expect(() => jsonSchema(wrong as never)).toThrow("jsonSchema.schema must be");
    expect(() => jsonSchema(plain, { name: "" })).toThrow("jsonSchema.name");
    expect(() => jsonSchema(plain, { title: "x" } as never)).toThrow("jsonSchema.title");
  });

  it("tells schemas apart by name", () => {
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
    expect(() => toolArguments({ tools: [] })).toThrow("toolArguments.tools");
    expect(() => toolArguments({ tools: [{ type: "custom", custom: { name: "x" } }] })).toThrow(
      "toolArguments.tools[0].type",
    );
    const parameters = "object" as never;
    expect(() =>
      toolArguments({ tools: [{ type: "function", function: { name: "x", parameters } }] }),
    ).toThrow("toolArguments.tools[0].function.parameters");
  });
});
