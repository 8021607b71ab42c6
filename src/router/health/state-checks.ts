import { InvalidOptionError } from "../../contracts/index.ts";

/** Entry of a list before it is checked. */
export type Unchecked<T> = Partial<T> | null;

/** Returns the flag. Throws `InvalidOptionError` if it is not a boolean. */
export function checkFlag(option: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new InvalidOptionError(option, value, "true or false");
  return value;
}

/** Returns the list with its entries unchecked. Throws `InvalidOptionError` if it is not an array. */
export function checkList<T>(option: string, value: unknown, expected = "an array"): readonly Unchecked<T>[] {
  if (!Array.isArray(value)) throw new InvalidOptionError(option, value, expected);
  return value;
}

/** Returns an exported list with its entries unchecked. Throws `InvalidOptionError` if it is not an array. */
export function checkExportedList<T>(option: string, state: unknown): readonly Unchecked<T>[] {
  return checkList(option, state, exported);
}

/** Returns the list of a state with `formatVersion: 1`. Throws `InvalidOptionError` for any other value. */
export function checkVersioned<T>(option: string, state: unknown, list: string): readonly Unchecked<T>[] {
  const { formatVersion, [list]: entries } = (state ?? {}) as Record<string, unknown>;
  if (formatVersion !== 1 || !Array.isArray(entries)) throw new InvalidOptionError(option, state, exported);
  return entries;
}

const exported = "what exportState() returned";
