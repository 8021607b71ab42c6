import { InvalidOptionError } from "../contracts/errors/index.ts";
import type { NeededCapability } from "../contracts/model.ts";

const known: readonly unknown[] = ["tools", "images", "jsonSchema"] satisfies readonly NeededCapability[];

/** Checks a list of capabilities to assume, and returns it. Throws `InvalidOptionError`. */
export function checkAssumed(option: string, value: unknown): readonly NeededCapability[] {
  if (Array.isArray(value) && value.every((one) => known.includes(one))) return value;
  throw new InvalidOptionError(option, value, 'an array of "tools", "images" and "jsonSchema"');
}
