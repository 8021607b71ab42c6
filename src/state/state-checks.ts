import { InvalidOptionError } from "../contracts/index.ts";

/** Returns the flag, or throws `InvalidOptionError` when it is none. */
export function checkFlag(option: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new InvalidOptionError(option, value, "true or false");
  return value;
}

/** Returns the list, whose entries are not checked, or throws `InvalidOptionError` when it is none. */
export function checkList<T>(option: string, value: unknown): readonly (Partial<T> | null)[] {
  if (!Array.isArray(value)) throw new InvalidOptionError(option, value, "an array");
  return value;
}
