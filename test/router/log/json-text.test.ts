import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJsonText } from "../../../src/router/log/json-text.ts";

const json = createJsonText();
const constants = new Set(["policy"]);

function written(value: object): string | undefined {
  json.begin();
  json.raw("{");
  json.members(value, constants);
  json.raw("}");
  return json.end();
}

/** Freezes what it is given, all through. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

const odd = fc.oneof(
  fc.constantFrom(undefined, null, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e21, 1e-7, 5e-324, () => 1),
  fc.constantFrom(Symbol("s"), new Date(0), new Map([[1, 2]]), Object.create(null), new String("boxed")),
  fc.constantFrom({ toJSON: () => undefined }, { toJSON: () => "said" }, [undefined, () => 1], [new Date(0)]),
  fc.constantFrom('"', "\\", "\n\u0000\u001f", "\u007f\u0080ÿ", "{", "{}", ",", ""),
  fc.double(),
  fc.integer(),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const data = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, odd, tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 4 }),
  object: fc.dictionary(
    fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom("__proto__", "policy", "toJSON", "1")),
    tie("value"),
    {
      maxKeys: 6,
    },
  ),
})).object;

describe("createJsonText", () => {
  it("writes what JSON.stringify writes, or gives up", () => {
    let full = 0;
    fc.assert(
      fc.property(data, fc.boolean(), (value, isFrozen) => {
        if (isFrozen) frozen(value);
        const expected = JSON.stringify({ ...value, toJSON: undefined });
        const text = written({ ...value, toJSON: undefined });
        if (text === undefined) expect([...expected].some((one) => one > "\u00ff")).toBe(true);
        else expect(text).toBe(expected);
        if (text !== undefined) full += 1;
      }),
      { numRuns: 2_000 },
    );
    expect(full).toBeGreaterThan(500);
  });

  it("throws what JSON.stringify throws, and goes on afterwards", () => {
    const own: Record<string, unknown> = {};
    own["own"] = own;
    expect(() => written({ a: 1, b: { own } })).toThrow(TypeError);
    expect(() => written({ cost: 1n })).toThrow(TypeError);
    expect(written({ a: 1 })).toBe('{"a":1}');
  });

  it("gives up what is too long, whichever part it is", () => {
    const long = "x".repeat(70_000);
    for (const value of [
      { long },
      { [long]: 1 },
      { list: Array.from({ length: 40_000 }, () => 1) },
      { quoted: '"'.repeat(40_000) },
      { at: { map: Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`key ${at}`, at])) } },
    ])
      expect(written(value)).toBeUndefined();
    const almost = { text: "x".repeat(65_536 - 11) };
    expect(written(almost)).toBe(JSON.stringify(almost));
    expect(written({ text: "x".repeat(65_536 - 10) })).toBeUndefined();
  });

  it("keeps the text of what is frozen throughout, and of nothing else", () => {
    const policy = { name: "p", parameters: { at: 0.7 } };
    expect(written({ policy })).toContain("0.7");
    Object.freeze(policy);
    policy.parameters.at = 0.8;
    expect(written({ policy })).toContain("0.8");
    frozen(policy);
    expect(written({ policy })).toBe(written({ policy }));
    let read = 0;
    const getting = Object.freeze({
      get at() {
        read += 1;
        return read;
      },
    });
    expect(written({ policy: getting })).not.toBe(written({ policy: getting }));
  });
});
