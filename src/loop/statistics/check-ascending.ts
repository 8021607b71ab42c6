import { readOption } from "../../plugin/index.ts";

/** Returns a copy of finite numbers that do not fall. Throws `InvalidOptionError`. */
export function checkAscending(option: string, given: readonly number[]): readonly number[] {
  return Array.from(given, (value, at) =>
    readOption({ is: "number", min: given[at - 1] }, `${option}[${at}]`, value),
  );
}
