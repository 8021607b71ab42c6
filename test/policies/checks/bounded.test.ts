import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import * as checks from "../../../policies/checks/index.ts";
import type { Check, Completion } from "../../../src/contracts/index.ts";
import { completionOf, factsOf, fakeModel } from "../../../src/testing/index.ts";
import { hopOf, verdictOn } from "../../support/verdict.ts";

const { agreement, arithmetic, jsonSchema, notRefused, numericAnswer, toolArguments } = checks;
const text = (seed: string, length: number) => seed.repeat(Math.ceil(length / seed.length));

describe("arithmetic reads the last 50,000 characters", () => {
  const filler = `${text("nothing is computed here\n", 60_000)}`;

  it("finds a wrong equation there and none before, however long the text is", () => {
    expect(verdictOn(arithmetic(), `1 + 1 = 3\n${filler}`)).toBe(true);
    expect(verdictOn(arithmetic(), `${filler}1 + 1 = 3`)).toBe(false);
    expect(verdictOn(arithmetic(), `1 + 1 = 3\n${text("1 + 1 = 2\n", 5_000_000)}`)).toBe(true);
  });

  it("does not take half an equation for one", () => {
    for (let cut = 0; cut < 40; cut += 7) {
      // Without a line break, and right throughout: wherever the cut is, what is left must be right.
      const chain = `${"x".repeat(cut)} 1234 * 5 = 6170,`;
      expect(verdictOn(arithmetic(), text(chain, 50_100 + cut))).toBe(true);
      expect(
        verdictOn(arithmetic(), `${text("120 - 20 = 100 = 25 * 4 = ", 50_000)}100${" ".repeat(cut)}`),
      ).toBe(true);
    }
  });
});

describe("numericAnswer reads the last 100,000 characters", () => {
  it("finds a number there and none before", () => {
    expect(verdictOn(numericAnswer(), `42${text("a", 99_998)}`)).toBe(true);
    expect(verdictOn(numericAnswer(), `42 ${text("a", 100_000)}`)).toBe(false);
  });
});

it("agreement does not compare texts of more than 10,000 characters: their normal form may be 18 times as long", async () => {
  const check = agreement({ samples: 1, by: "text" });
  const same = text("\ufdfa", 10_000);
  expect(await verdictOn(check, same, hopOf(same).hop)).toBe(true);
  const longer = `${same}a`;
  expect(await verdictOn(check, longer, hopOf(longer).hop)).toBe(false);
});

/** A schema that refuses nested arrays only after all ways through it have been tried: six for each level. */
const branching = {
  $defs: {
    level: {
      anyOf: [{ const: "never" }, ...Array.from({ length: 6 }, () => ({ items: { $ref: "#/$defs/level" } }))],
    },
  },
  $ref: "#/$defs/level",
  type: "array",
};
const inDefinition = { $defs: branching.$defs, properties: { x: { $ref: "#/$defs/level" } } };

const nest = (value: unknown, depth: number): unknown => (depth === 0 ? value : [nest(value, depth - 1)]);

describe("a validation that does not end in time", () => {
  const deep = JSON.stringify(nest([1], 12));

  it.each<[string, object, string]>([
    ["nested anyOf", branching, deep],
    ["contains in contains", { contains: { contains: { contains: { const: 1 } } } }, nested(150)],
    [
      "unique items",
      { uniqueItems: true },
      JSON.stringify(Array.from({ length: 20_000 }, (_, index) => [index])),
    ],
    ["a pattern", { pattern: "^(a+)+$" }, JSON.stringify(`${"a".repeat(60)}!`)],
  ])("is stopped: %s", async (_, schema, answer) => {
    const check = jsonSchema(schema as Record<string, unknown>);
    await expect(Promise.resolve(verdictOn(check, answer))).rejects.toThrow("not finished within 100 ms");
  });

  it("is stopped in a Standard Schema, which then works as before", () => {
    const check = jsonSchema(z.object({ name: z.string().regex(/^(a+)+$/) }));
    expect(() => verdictOn(check, JSON.stringify({ name: `${"a".repeat(60)}!` }))).toThrow(
      "not finished within 100 ms",
    );
    expect(verdictOn(check, '{"name": "aa"}')).toBe(true);
  });

  it("is stopped in an asynchronous schema, whose late rejection disturbs nobody", async () => {
    let validations = 0;
    const validate = (value: unknown) => {
      validations += 1;
      if (value === "wait") for (;;);
      return Promise.reject(new Error("late"));
    };
    const check = toolArguments({
      tools: ["one", "two"].map((name) => ({
        type: "function",
        function: { name, parameters: { "~standard": { version: 1, vendor: "mine", validate } } as never },
      })),
    });
    await expect(Promise.resolve(verdictOn(check, callsOf("one", "two")))).rejects.toThrow("late");
    expect(validations).toBe(2);
    const standard = { "~standard": { version: 1, vendor: "mine", validate } } as const;
    expect(() => verdictOn(jsonSchema(standard), '"wait"')).toThrow("not finished within 100 ms");
  });
});

/** Three levels of arrays in which `contains` looks at each of the n^3 items. */
function nested(size: number): string {
  const row = JSON.stringify(Array.from({ length: size }, () => 0));
  const plane = `[${Array.from({ length: size }, () => row).join()}]`;
  return `[${Array.from({ length: Math.min(size, Math.floor(999_000 / plane.length)) }, () => plane).join()}]`;
}

function callsOf(...names: readonly string[]) {
  return {
    tool_calls: names.map((name, index) => ({
      id: `${index}`,
      type: "function" as const,
      function: { name, arguments: "{}" },
    })),
  };
}

describe("an answer beyond the bounds is not accepted, and not read", () => {
  it("jsonSchema: more than 1,000,000 characters", () => {
    const check = jsonSchema(z.unknown());
    expect(verdictOn(check, `1${" ".repeat(999_999)}`)).toBe(true);
    expect(verdictOn(check, `1${" ".repeat(1_000_000)}`)).toBe(false);
  });

  it("toolArguments: more than 128 calls, or 1,000,000 characters of arguments", () => {
    const check = toolArguments({ tools: [{ type: "function", function: { name: "f" } }] });
    expect(verdictOn(check, callsOf(...Array<string>(128).fill("f")))).toBe(true);
    expect(verdictOn(check, callsOf(...Array<string>(129).fill("f")))).toBe(false);
    const long = { ...callsOf("f", "f") };
    for (const call of long.tool_calls) call.function.arguments = `{}${" ".repeat(500_000)}`;
    expect(verdictOn(check, long)).toBe(false);
  });

  it("toolArguments: all calls together have the time of one", async () => {
    const check = toolArguments({
      tools: [{ type: "function", function: { name: "f", parameters: inDefinition } }],
    });
    const calls = callsOf(...Array<string>(128).fill("f"));
    for (const call of calls.tool_calls) call.function.arguments = JSON.stringify({ x: nest([1], 6) });
    await expect(Promise.resolve(verdictOn(check, calls))).rejects.toThrow("not finished within 100 ms");
  });
});

/** Pieces that break careless patterns when they are repeated. */
const pieces: readonly string[] = [
  ...[
    "9",
    "=",
    "1+",
    "(",
    "(1)",
    "1=",
    "1 + 1 = 2\n",
    "1,",
    "1.",
    "- ",
    "\\times",
    "1% ",
    " ",
    "\n",
    "a",
    "a ",
    "*",
  ],
  ...[
    "\u0301",
    "\ufdfa",
    "\u200b",
    "’",
    "[",
    '{"a":',
    '"',
    "\ud83d",
    "\0",
    "I can",
    "I'm sorry, ",
    "ich kann ",
  ],
  ...["no puedo ", "je ne peux pas ", "не могу ", "할 수 ", "नहीं ", "لا ", "我", "ません", "3. ", "| 1 |\n"],
  `${"a".repeat(190)} 1 + 1 = 2 ${"b".repeat(190)}\n`,
];
const bounded: readonly Check[] = [
  ...[arithmetic(), notRefused(), numericAnswer(), checks.finishReason(), checks.logprob({ min: -1 })],
  jsonSchema(z.unknown()),
];

test("the time of a check of text does not grow with an answer beyond its bounds", () => {
  const cpuOf = (check: Check, answer: Completion): number => {
    const before = process.cpuUsage();
    check.accepts(factsOf(), answer, hopOf().hop);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  for (const check of bounded) {
    let short = 0;
    let long = 0;
    for (const piece of pieces) {
      const [one, four] = [completionOf(text(piece, 200_000)), completionOf(text(piece, 800_000))];
      // Flat strings: the first access to a repeated one copies it.
      for (const answer of [one, four]) answer.choices[0]?.message.content?.charCodeAt(1);
      short += cpuOf(check, one);
      long += cpuOf(check, four);
    }
    // Four times the text; a quadratic pattern would take 16 times as long. Half a second absorbs noise.
    expect(long, check.name).toBeLessThan(6 * short + 500_000);
  }
});

test("a judge sees a bounded part of an answer, however long it and its tool calls are", async () => {
  const model = fakeModel({ answer: '{"accept": true}' });
  const { hop, asked } = hopOf('{"accept": true}');
  const calls = callsOf("f");
  for (const call of calls.tool_calls) call.function.arguments = text("9", 1_000_000);
  await checks
    .judge({ model })
    .accepts(factsOf(), completionOf({ content: text("a", 4_000_000), ...calls }), hop);
  expect(JSON.stringify(asked[0]?.request).length).toBeLessThan(50_000);
});
