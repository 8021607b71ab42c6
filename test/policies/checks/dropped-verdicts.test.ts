import { expect, it } from "vitest";
import { allOf, anyOf, jsonSchema, toolArguments } from "../../../policies/checks/index.ts";
import { cascade } from "../../../policies/index.ts";
import { type Check, createRouter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { crashesOf } from "../../support/user-functions/crashes.ts";

const backtracks = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } };
const tools = [{ type: "function" as const, function: { name: "f", parameters: backtracks } }];
const call = (id: string, name: string, text: string) => ({
  id,
  type: "function" as const,
  function: { name, arguments: text },
});
const long = JSON.stringify({ a: `${"a".repeat(40)}!` });

const cases: readonly (readonly [string, Check, Parameters<typeof fakeModel>[0]])[] = [
  [
    "toolArguments: a tool that does not exist behind arguments that take too long",
    toolArguments({ tools }),
    { answer: { toolCalls: [call("1", "f", long), call("2", "none", "{}")] } },
  ],
  [
    "toolArguments: arguments that are no JSON behind arguments that take too long",
    toolArguments({ tools }),
    { answer: { toolCalls: [call("1", "f", long), call("2", "f", "{")] } },
  ],
  [
    "toolArguments: several that take too long",
    toolArguments({ tools }),
    { answer: { toolCalls: [call("1", "f", long), call("2", "f", long), call("3", "none", "")] } },
  ],
  ["jsonSchema", jsonSchema(backtracks), { answer: long }],
  ["anyOf", anyOf(jsonSchema(backtracks), jsonSchema(backtracks)), { answer: long }],
  ["allOf", allOf(jsonSchema({ type: "object" }), jsonSchema(backtracks)), { answer: long }],
];

it("an answer of a model does not end the process while checks validate it", async () => {
  const texts: string[] = [];
  // Validation goes on after the verdict, and takes its time.
  const crashes = await crashesOf(async () => {
    for (const [, unless, small] of cases) {
      const router = createRouter({
        models: {
          small: fakeModel({ model: "s", ...small }),
          large: fakeModel({ model: "l", answer: "large" }),
        },
        policy: cascade({ first: "small", then: "large", unless }),
      });
      texts.push((await router.route("Hello")).text);
    }
  }, 1_000);
  expect(crashes).toEqual([]);
  expect(texts).toEqual(cases.map(() => "large"));
});
