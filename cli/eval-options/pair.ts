import { Option } from "commander";
import { InvalidOptionError } from "../../src/contracts/index.ts";

export function smallOption(): Option {
  return new Option("--small <name>", "the small model, as the outcomes name it");
}

export function largeOption(): Option {
  return new Option("--large <name>", "the large model, as the outcomes name it");
}

/** Names of the two models. */
export interface Pair {
  readonly small: string;
  readonly large: string;
}

/**
 * Returns both names. Throws `InvalidOptionError` if one is missing; `instead` names the options that can
 * replace them.
 */
export function pairOf(
  { small, large }: { readonly [Side in keyof Pair]?: string | undefined },
  instead: string,
): Pair {
  if (small === undefined)
    throw new InvalidOptionError("--small", small, `given, with --large; or give ${instead}`);
  if (large === undefined)
    throw new InvalidOptionError("--large", large, `given, with --small; or give ${instead}`);
  return { small, large };
}
