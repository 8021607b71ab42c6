import { InvalidOptionError } from "../src/contracts/index.ts";

/**
 * Throws `InvalidOptionError` for the first of these options that is given, with its name: a config file has
 * the setting already.
 */
export function refuseBesideConfig(others: Readonly<Record<string, string | undefined>>): void {
  for (const [option, value] of Object.entries(others)) {
    if (value !== undefined)
      throw new InvalidOptionError(option, value, "absent together with --config, which has it");
  }
}
