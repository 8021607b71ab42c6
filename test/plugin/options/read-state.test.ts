import { expect, test } from "vitest";
import { readState, type StateTable } from "../../../src/plugin/index.ts";
import { readStates } from "../../../src/plugin/options/read-state.ts";

interface State {
  readonly formatVersion: 1;
  readonly entries: readonly { readonly name: string; readonly at?: number | undefined }[];
  readonly notes?: readonly string[] | undefined;
}

const table: StateTable<State> = {
  formatVersion: { is: "choice", of: [1] },
  entries: {
    is: "list",
    of: { is: "table", of: { name: { is: "text" }, at: { is: "number", min: 0, optional: true } } },
  },
  notes: { is: "list", of: { is: "text" }, default: [] },
};
const read = (state: unknown) => readState("state.mine", table, state as State);

test("what is read is a copy with defaults, without fields that are not in the table", () => {
  const entries = [{ name: "a", at: 1, later: true }];
  const state = { formatVersion: 1, entries, later: {} };
  const copy = read(state);
  entries.push({ name: "b", at: 2, later: true });
  expect(copy).toEqual({ formatVersion: 1, entries: [{ name: "a", at: 1 }], notes: [] });
});

test.each([
  undefined,
  null,
  7,
  [],
  {},
  { formatVersion: 2, entries: [] },
  { formatVersion: "1", entries: [] },
  { formatVersion: 1 },
  { formatVersion: 1, entries: {} },
  { formatVersion: 1, entries: [], notes: "a" },
])("%j is not a state of that version", (state) => {
  expect(() => read(state)).toThrow(/^state\.mine must be what exportState\(\) returned, /);
});

test.each<[unknown, string]>([
  [null, "state.mine.entries[0].name must be a non-empty string, but it is missing"],
  [{ name: "" }, 'state.mine.entries[0].name must be a non-empty string, got ""'],
  [{ name: "a", at: -1 }, "state.mine.entries[0].at must be a number of at least 0, got -1"],
])("the entry %j is named in the error", (entry, message) => {
  expect(() => read({ formatVersion: 1, entries: [entry] })).toThrow(message);
});

test("a list without a version is read in the same way", () => {
  const fields = { name: { is: "text" } } as const;
  expect(readStates<{ name: string }>("list", fields, [{ name: "a", more: 1 } as { name: string }])).toEqual([
    { name: "a" },
  ]);
  expect(() => readStates<{ name: string }>("list", fields, {} as never)).toThrow(
    "list must be what exportState() returned",
  );
  expect(() => readStates<{ name: string }>("list", fields, [{ name: 1 } as never])).toThrow(
    "list[0].name must be",
  );
});
