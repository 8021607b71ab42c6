import { Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { validOutput } from "../../../policies/checks/index.ts";
import { fitsBounded } from "../../../policies/checks/internal/bounded-schema.ts";
import { cascade } from "../../../policies/index.ts";
import type { ChatRequest } from "../../../src/plugin/index.ts";
import { createRouter } from "../../../src/router/presets/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

const messages: ChatRequest["messages"] = [{ role: "user", content: "Ulm?" }];
const schema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
const format = { type: "json_schema" as const, json_schema: { name: "city", schema } };

async function modelFor(answer: string, response_format?: ChatRequest["response_format"]) {
  const can = { capabilities: { jsonSchema: true } };
  const models = {
    small: fakeModel({ model: "s", answer, ...can }),
    large: fakeModel({ model: "l", ...can }),
  };
  const policy = cascade({ first: "small", then: "large", unless: validOutput() });
  const { attempts } = await createRouter({ models, policy }).route({ messages, response_format });
  return attempts.at(-1)?.model;
}

test("an answer that does not fit the request's own response_format escalates", async () => {
  expect(await modelFor('{"name":"Ulm"}', format)).toBe("small");
  expect(await modelFor('{"name":1}', format)).toBe("large");
  expect(await modelFor("Ulm", { type: "json_object" })).toBe("large");
  expect(await modelFor("[]", { type: "json_object" })).toBe("small");
  expect(await modelFor("Ulm")).toBe("small");
});

test("the expression of a stranger is not run, and a schema that multiplies ends", async () => {
  const pattern = { type: "string", pattern: "^(a+)+$", format: "email" };
  expect(fitsBounded(pattern, `${"a".repeat(50)}!`)).toBe(true);
  const twice = { $ref: "#/$defs/a" };
  expect(fitsBounded({ $defs: { a: { allOf: [twice, twice] } }, ...twice }, 1)).toBeUndefined();
  const levels = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [
      `a${at}`,
      { anyOf: [{ $ref: `#/$defs/a${at + 1}` }, { $ref: `#/$defs/a${at + 1}` }] },
    ]),
  );
  expect(fitsBounded({ $defs: { ...levels, a60: false }, $ref: "#/$defs/a0" }, 1)).toBeUndefined();
  expect(
    await modelFor("1", {
      type: "json_schema",
      json_schema: { name: "x", schema: { $defs: { a: { not: twice } }, ...twice } },
    }),
  ).toBe("large");
});

test("what a schema makes the validation look at again and again counts", () => {
  const [many, long] = [20_000, 500_000];
  const text = "x".repeat(long);
  const wide = Object.fromEntries(Array.from({ length: many }, (_, at) => [`k${at}`, 0]));
  const again = (schema: object) => ({
    $defs: { a: schema },
    allOf: Array(many).fill({ $ref: "#/$defs/a" }),
  });
  const cases: readonly (readonly [object, unknown])[] = [
    [{ items: { type: [...Array(many).fill("null"), "number"] } }, Array(many).fill(0)],
    [again({ minLength: 1 }), text],
    [{ anyOf: Array(many).fill({ minProperties: 1e6 }) }, wide],
    [again({ const: text }), ` ${text}`.trim()],
    [{ items: { $ref: `#/${text}` } }, Array(many).fill(0)],
  ];
  for (const [schema, value] of cases) expect(fitsBounded(schema, value)).toBeUndefined();
  expect(fitsBounded({ maxLength: 1_000_000 }, text.repeat(2))).toBe(true);
});

const name = fc.constantFrom("a", "b", "__proto__", "constructor");
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, 0, 1, 1.5, "", "ab", "😀"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3 }),
  ),
})).value;
const schemas = fc.letrec((tie) => ({
  schema: fc.oneof(
    { depthSize: "small" },
    fc.boolean(),
    fc.record(
      {
        type: fc.constantFrom("null", "boolean", "integer", "number", "string", "array", "object"),
        minLength: fc.nat(2),
        minimum: fc.nat(1),
        enum: fc.array(value, { minLength: 1, maxLength: 3 }),
        const: value,
        required: fc.uniqueArray(name, { maxLength: 2 }),
        properties: fc.dictionary(fc.constantFrom("a", "b"), tie("schema"), { maxKeys: 2 }),
        additionalProperties: tie("schema"),
        items: tie("schema"),
        prefixItems: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
        maxItems: fc.nat(2),
        maxProperties: fc.nat(2),
        anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
        allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
        oneOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
        not: tie("schema"),
      },
      { requiredKeys: [] },
    ),
  ),
})).schema;

test("the subset agrees with a library about every keyword that it reads", () => {
  fc.assert(
    fc.property(schemas, value, (given, one) => {
      fc.pre(!JSON.stringify([given, one]).includes("__proto__"));
      const expected = new Validator(structuredClone(given) as object, "2020-12").validate(one).valid;
      expect(fitsBounded(given, one)).toBe(expected);
    }),
    { numRuns: runs(300, 20_000) },
  );
});
