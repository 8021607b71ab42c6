import { InvalidOptionError } from "../../contracts/errors/index.ts";
import type { AnyOptions, Fields } from "./option-kind.ts";
import { readFields, readValue } from "./read-options.ts";

/**
 * Exported state as plain data: its version and what its fields hold. Fields that are not in the table are left out of what
 * is read, since another version may have written them.
 */
export interface StateTable<State extends object> {
  /** Path of the state in errors: `state.sessions`. */
  readonly owner: string;
  readonly formatVersion: number;
  readonly fields: Fields<Omit<State, "formatVersion">>;
}

/**
 * Returns a copy of exported state, checked by its table, with the defaults of what is left out. Throws
 * `InvalidOptionError` that names the field.
 */
export function readState<State extends object>(table: StateTable<State>, given: State): State {
  const { owner, formatVersion } = table;
  const fields = table.fields as AnyOptions;
  const state = (given ?? {}) as Readonly<Record<string, unknown>>;
  const lacksList = Object.entries(fields).some(
    ([key, { is, optional, default: usual }]) =>
      is === "list" && !Array.isArray(state[key] ?? (optional ? [] : usual)),
  );
  if (state["formatVersion"] !== formatVersion || lacksList)
    throw new InvalidOptionError(owner, given, exported);
  return { formatVersion, ...readFields(fields, state, owner) } as unknown as State;
}

/** Returns a copy of an exported list without a version of its own. Throws `InvalidOptionError`. */
export function readStates<State extends object>(
  owner: string,
  fields: Fields<State>,
  given: readonly State[],
  expected: string = exported,
): readonly State[] {
  const of = { is: "fields", fields: fields as AnyOptions } as const;
  return readValue({ is: "list", of, expected }, owner, given) as readonly State[];
}

const exported = "what exportState() returned";
