import { InvalidOptionError } from "../../contracts/errors/index.ts";
import type { AnyOptions, FieldTable } from "./option-kind.ts";
import { readFields, readValue } from "./read-options.ts";

/**
 * Exported state as plain data: what its fields hold. Its `formatVersion` is a choice of those that can be read. Fields that
 * are not in the table are left out of what is read, since another version may have written them.
 */
export type StateTable<State> = FieldTable<State>;

/**
 * Returns a copy of exported state, checked by its table, with the defaults of what is left out. Throws
 * `InvalidOptionError` that names the field, or `owner`, where the value is not a state of that version.
 */
export function readState<State extends object>(
  owner: string,
  table: StateTable<State>,
  given: State,
): State {
  const fields = table as AnyOptions;
  const state = (given ?? {}) as Readonly<Record<string, unknown>>;
  for (const [key, kind] of Object.entries(fields)) {
    const value = state[key];
    if (value === undefined && (kind.optional || kind.default !== undefined)) continue;
    if (kind.is === "list" ? !Array.isArray(value) : kind.is === "choice" && !kind.of.includes(value))
      throw new InvalidOptionError(owner, given, exported);
  }
  return readFields(fields, state, owner, false) as State;
}

/** Returns a copy of an exported list that has no version of its own. Throws `InvalidOptionError`. */
export function readStates<Entry extends object>(
  owner: string,
  table: FieldTable<Entry>,
  given: readonly Entry[],
  expected: string = exported,
): readonly Entry[] {
  const of = { is: "table", of: table as AnyOptions } as const;
  return readValue({ is: "list", of, expected }, owner, given, false) as readonly Entry[];
}

const exported = "what exportState() returned";
