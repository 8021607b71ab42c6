import { resolve } from "node:path";
import { InvalidOptionError } from "../../../src/contracts/index.ts";

/** Throws `InvalidOptionError` if a file to be written is one of those that are read. */
export function checkOther(
  out: string,
  inputs: readonly (string | undefined)[],
  option: string = "out",
): void {
  if (inputs.some((input) => input !== undefined && resolve(input) === resolve(out)))
    throw new InvalidOptionError(option, out, "another file than the input, which it would replace");
}
