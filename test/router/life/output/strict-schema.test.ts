import { expect, test } from "vitest";
import { z } from "zod";
import { strictSchema } from "../../../../src/router/life/output/strict-schema.ts";

test("closes objects, and is strict only if every object is closed and needs all of its properties", () => {
  const input = (schema: z.ZodType) => strictSchema(z.toJSONSchema(schema, { io: "input" }));
  expect(input(z.object({ a: z.array(z.object({ b: z.string() })) }))?.strict).toBe(true);
  expect(input(z.object({ a: z.string().optional() }))?.strict).toBe(false);
  expect(input(z.record(z.string(), z.number()))?.strict).toBe(false);
  expect(input(z.array(z.string()))?.strict).toBe(false);
  expect(input(z.looseObject({ a: z.string() }))?.schema["additionalProperties"]).toEqual({});
});

test("takes names for names, and values for values", () => {
  const given = {
    $schema: "x",
    type: "object",
    properties: { properties: { type: "string" }, __proto__: { type: "string" } },
    required: ["properties"],
    default: { type: "object", properties: {} },
  };
  const sent = strictSchema(given);
  expect(sent?.schema).toEqual({ ...given, $schema: undefined, additionalProperties: false });
  expect([...(sent?.names ?? [])]).toEqual(["properties"]);
});

test("refuses what cannot be sent", () => {
  const cycle: Record<string, unknown> = { type: "object" };
  cycle["not"] = cycle;
  for (const given of [cycle, [], "x", { enum: [1n] }, { a: Number.NaN }, { enum: Array(30_000).fill(1) }])
    expect(strictSchema(given)).toBeUndefined();
});
