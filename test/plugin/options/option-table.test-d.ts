import { expectTypeOf, test } from "vitest";
import { type OptionTable, readOption, readOptions } from "../../../src/plugin/index.ts";

interface Options<Id extends string> {
  readonly model: Id;
  readonly share?: number | undefined;
  readonly mode?: "fast" | "slow" | undefined;
  readonly note?: string | undefined;
}

const table: OptionTable<Options<string>, "note"> = {
  model: { is: "text" },
  share: { is: "share", default: 0.5 },
  mode: { is: "choice", of: ["fast", "slow"], default: "slow" },
  note: { is: "text", optional: true },
};

test("what is read has the types of what was given, without the gaps that have a default", () => {
  const read = readOptions("x", table, { model: "a" } as Options<"a" | "b">);
  expectTypeOf(read.model).toEqualTypeOf<"a" | "b">();
  expectTypeOf(read.share).toEqualTypeOf<number>();
  expectTypeOf(read.mode).toEqualTypeOf<"fast" | "slow">();
  expectTypeOf(read.note).toEqualTypeOf<string | undefined>();
});

test("a table that does not fit its type does not compile", () => {
  type Table = OptionTable<Options<string>, "note">;
  const { model, share, mode, note } = table;
  // @ts-expect-error: an option is missing.
  const missing: Table = { model, share, mode };
  // @ts-expect-error: an option is not in the type.
  const unknown: Table = { model, share, mode, note, extra: note };
  // @ts-expect-error: the type leaves it out, and it has no default.
  const open: OptionTable<Options<string>> = { model, share, mode, note };
  // @ts-expect-error: the type requires it.
  const required: Table = { model: { is: "text", optional: true }, share, mode, note };
  // @ts-expect-error: a number is not a flag.
  const kind: Table = { model, share: { is: "boolean", default: true }, mode, note };
  // @ts-expect-error: not one of the type's.
  const choice: Table = { model, share, mode: { is: "choice", of: ["slwo"], default: "slow" }, note };
  // @ts-expect-error: the default is not of its type.
  const usual: Table = { model, share: { is: "share", default: "0.5" }, mode, note };
  expectTypeOf([missing, unknown, open, required, kind, choice, usual]).toBeArray();
});

test("a tuple has a kind for each of its places", () => {
  type Row = OptionTable<{ readonly row: readonly [name: string, count: number] }>;
  const row: Row = { row: { is: "tuple", of: [{ is: "text" }, { is: "number" }] } };
  // @ts-expect-error: the second place is a number.
  const swapped: Row = { row: { is: "tuple", of: [{ is: "text" }, { is: "text" }] } };
  // @ts-expect-error: a place is missing.
  const short: Row = { row: { is: "tuple", of: [{ is: "text" }] } };
  expectTypeOf([row, swapped, short]).toBeArray();
});

test("a single value has the type of its kind", () => {
  expectTypeOf(readOption({ is: "share", above: 0 }, "x", 1)).toEqualTypeOf<number>();
  expectTypeOf(readOption({ is: "choice", of: ["a", "b"] }, "x", "a")).toEqualTypeOf<"a" | "b">();
  expectTypeOf(readOption({ is: "list", of: { is: "text" } }, "x", [])).toEqualTypeOf<readonly string[]>();
});
