import { expect, test } from "vitest";
import { type OptionKind, type OptionTable, readOptions } from "../../../src/plugin/index.ts";
import type { NumberRange } from "../../../src/plugin/options/number-range.ts";
import { describeRange, isWithin } from "../../../src/plugin/options/number-range.ts";

interface InnerOptions {
  readonly label: string;
  readonly flag?: boolean | undefined;
}
interface SampleOptions {
  readonly id: string;
  readonly share?: number | undefined;
  readonly mode?: "fast" | "slow" | undefined;
  readonly inner?: InnerOptions | undefined;
  readonly notes?: readonly string[] | undefined;
}

const inner: OptionTable<InnerOptions> = { label: { is: "text" }, flag: { is: "boolean", default: false } };
const table: OptionTable<SampleOptions, "inner" | "notes"> = {
  id: { is: "text" },
  share: { is: "share", above: 0, default: 0.5 },
  mode: { is: "choice", of: ["fast", "slow"], default: "slow" },
  inner: { is: "table", of: inner, optional: true },
  notes: { is: "list", of: { is: "text" }, max: 2, orOne: true, optional: true },
};

test("options are read with their defaults, and those without one stay out", () => {
  expect(readOptions("sample", table, { id: "a" })).toEqual({ id: "a", share: 0.5, mode: "slow" });
  expect(readOptions("sample", table, { id: "a", share: undefined, inner: { label: "x" } })).toEqual({
    id: "a",
    share: 0.5,
    mode: "slow",
    inner: { label: "x", flag: false },
  });
});

test("a key that every object has is given only by its owner", () => {
  const entries = ["constructor", "toString"].map((id) => [id, { is: "table", of: inner, optional: true }]);
  const byId: OptionTable<Record<string, InnerOptions>, string> = Object.fromEntries(entries);
  expect(readOptions("sample", byId, {})).toEqual({});
  expect(readOptions("sample", byId, { constructor: { label: "x" } })).toEqual({
    constructor: { label: "x", flag: false },
  });
});

test.each<[object, string]>([
  [{}, "sample.id must be a non-empty string, but it is missing"],
  [{ id: "a", share: 0 }, "sample.share must be a number in (0, 1], got 0"],
  [{ id: "a", share: null }, "sample.share must be a number in (0, 1], got null"],
  [{ id: "a", mode: "quick" }, 'sample.mode must be "fast" or "slow", got "quick"'],
  [{ id: "a", inner: { label: "x", flag: "false" } }, 'sample.inner.flag must be true or false, got "false"'],
  [{ id: "a", inner: {} }, "sample.inner.label must be a non-empty string, but it is missing"],
  [{ id: "a", inner: [] }, "sample.inner must be an object of options, got an array of 0"],
  [{ id: "a", notes: ["", "b"] }, 'sample.notes[0] must be a non-empty string, got ""'],
  [{ id: "a", notes: ["a", "b", "c"] }, "sample.notes must be an array of at most 2, got an array of 3"],
  [[], "sample must be an object of options, got an array of 0"],
])("a wrong option is refused with its name, its value and what is allowed: %j", (given, message) => {
  expect(() => readOptions("sample", table, given as SampleOptions)).toThrow(
    new RegExp(`^${escaped(message)}$`),
  );
});

test.each<[object, string]>([
  [{ id: "a", shaer: 1 }, "known options are id, share, mode, inner, notes. Did you mean share?"],
  [{ id: "a", ID: 1 }, "known options are id, share, mode, inner, notes. Did you mean id?"],
  [{ id: "a", inner: { lable: "x" } }, "known options are label, flag. Did you mean label?"],
  [{ id: "a", temperature: 1 }, "known options are id, share, mode, inner, notes"],
  [JSON.parse('{ "id": "a", "__proto__": {} }'), "known options are id, share, mode, inner, notes"],
  [{ id: "a", constructor: 1 }, "known options are id, share, mode, inner, notes"],
])("an option that is not known is refused, with the one that is meant: %j", (given, message) => {
  expect(() => readOptions("sample", table, given as SampleOptions)).toThrow(
    new RegExp(`^sample\\.\\S+ must be absent: ${escaped(message)}$`),
  );
});

test("each option is read once, and what was read does not change with what was given", () => {
  let reads = 0;
  const notes = ["a"];
  const given = {
    get id() {
      reads += 1;
      return reads === 1 ? "first" : 7;
    },
    notes,
  };
  const read = readOptions("sample", table, given as SampleOptions);
  notes.push("b");
  expect(read).toMatchObject({ id: "first", notes: ["a"] });
});

test.each<[OptionKind<never> | object, unknown, string]>([
  [{ is: "text", max: 3 }, "abcd", 'must be a non-empty string, got "abcd"'],
  [{ is: "text", empty: true, expected: "a string" }, 1, "must be a string, got 1"],
  [{ is: "text", pattern: /^a+$/, expected: "letters a" }, "ab", 'must be letters a, got "ab"'],
  [{ is: "duration" }, 0, "must be a number in [1, 2147483647], got 0"],
  [{ is: "duration", min: 0 }, -1, "must be a number in [0, 2147483647], got -1"],
  [{ is: "share", below: 1 }, 1, "must be a number in [0, 1), got 1"],
  [{ is: "function" }, "f", 'must be a function, got "f"'],
  [{ is: "object", methods: ["get", "set"] }, {}, "must be an object with get() and set(), got an object"],
  [
    { is: "object", methods: ["at"], named: ["name"] },
    [],
    ".name must be a non-empty string, but it is missing",
  ],
  [{ is: "list", of: { is: "boolean" }, min: 1 }, [], "must be an array of at least 1, got an array of 0"],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested.
  [{ is: "list", of: { is: "boolean" } }, [true, ,], "[1] must be true or false, but it is missing"],
  [{ is: "tuple", of: [{ is: "text" }, { is: "share" }] }, ["a"], "must be an array of 2, got an array of 1"],
  [{ is: "tuple", of: [{ is: "text" }, { is: "share" }] }, ["a", 2], "[1] must be a number in [0, 1], got 2"],
  [{ is: "ids" }, "a", 'must be an array of model ids, got "a"'],
  [{ is: "ids" }, [], "must be given at least one model id, got an array of 0"],
  [{ is: "ids" }, ["a", "a"], '[1] must be an id that is not there already, got "a"'],
  [{ is: "record", of: { is: "share" } }, [], "must be an object, got an array of 0"],
  [{ is: "record", of: { is: "share" } }, { b: 2 }, ".b must be a number in [0, 1], got 2"],
  [{ is: "choice", of: ["a", "b", "c"] }, 1, 'must be "a", "b" or "c", got 1'],
])("a value that is not of its kind is refused: %o", (kind, value, message) => {
  const one = { y: kind } as unknown as OptionTable<{ readonly y: unknown }>;
  const separator = /^[.[]/.test(message) ? "" : " ";
  expect(() => readOptions("x", one, { y: value })).toThrow(
    new RegExp(`^${escaped(`x.y${separator}${message}`)}$`),
  );
});

test("records keep any name of the user as an own field", () => {
  const one: OptionTable<{ readonly of: Readonly<Record<string, number>> }> = {
    of: { is: "record", of: { is: "number" } },
  };
  const { of } = readOptions("x", one, { of: JSON.parse('{ "__proto__": 1, "constructor": 2 }') });
  expect(Object.entries(of)).toEqual([
    ["__proto__", 1],
    ["constructor", 2],
  ]);
});

test("errors name the path at which a table is read", () => {
  expect(() => readOptions("budgets[1]", inner, { label: "" })).toThrow(/^budgets\[1\]\.label must be/);
  expect(() => readOptions("inner", inner, { label: "" }, "")).toThrow(/^label must be/);
  expect(() => readOptions("inner", inner, { lable: "" } as never, "")).toThrow(/^inner\.lable must be/);
});

test.each<[NumberRange, number, string]>([
  [{}, Number.NaN, "a finite number"],
  [{ integer: true }, 0.5, "a finite integer"],
  [{ min: 1 }, 0, "a number of at least 1"],
  [{ above: 0 }, 0, "a number above 0"],
  [{ max: -1 }, 0, "a number of at most -1"],
  [{ below: 0 }, 0, "a number below 0"],
  [{ above: 0, max: 1 }, 0, "a number in (0, 1]"],
  [{ min: 0, below: 1 }, 1, "a number in [0, 1)"],
  [{ min: 1, max: 10, integer: true }, 1.5, "an integer in [1, 10]"],
  [{ min: 1, max: 2 }, Number.POSITIVE_INFINITY, "a number in [1, 2]"],
  [{ min: 1 }, Number.POSITIVE_INFINITY, "a number of at least 1"],
])("a range as people write it: %o", (range, outside, text) => {
  expect(isWithin(outside, range)).toBe(false);
  expect(describeRange(range)).toBe(text);
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
