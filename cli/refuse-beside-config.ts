import { InvalidOptionError } from "../src/contracts/index.ts";

/** Throws `InvalidOptionError` for the first of these options that is given, by its name: a config file says it already. */
export function refuseBesideConfig(others: Readonly<Record<string, string | undefined>>): void {
  for (const [option, value] of Object.entries(others)) {
    if (value !== undefined)
      throw new InvalidOptionError(option, value, "absent beside --config, which says it");
  }
}
