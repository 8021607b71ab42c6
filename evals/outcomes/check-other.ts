import { resolve } from "node:path";
import { InvalidOptionError } from "../../src/contracts/index.ts";

/** Throws `InvalidOptionError` where a file that is to be written is one of those that are read. */
export function checkOther(out: string, inputs: readonly string[]): void {
  if (inputs.some((input) => resolve(input) === resolve(out)))
    throw new InvalidOptionError("out", out, "another file than what is read, which it would replace");
}
