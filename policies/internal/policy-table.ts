import { InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { firstOf } from "../first-of.ts";
import { describeUse, type ModelOrPolicy, modelsOf, readsOf, toExplainedPolicy } from "./nested.ts";

export interface PolicyTable<Id extends string> {
  readonly models: readonly string[];
  readonly reads: Policy["reads"];
  /** The entries as `parameters` hold them. */
  readonly described: Readonly<Record<string, unknown>>;
  /** The policy of a key, followed by `otherwise` where it has no opinion. */
  policyOf(key: string | undefined): Policy<Id>;
}

/**
 * Compiles a table of models and policies by key. `reasonOf` gives the reason why a key's entry applies.
 * Throws `InvalidOptionError` unless there is at least one entry and each is a model or a policy.
 */
export function policyTable<Id extends string>(
  option: string,
  given: Readonly<Record<string, ModelOrPolicy<Id>>>,
  otherwise: Policy<Id>,
  reasonOf: (key: string) => string,
): PolicyTable<Id> {
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  const entries = isObject ? Object.entries(given) : [];
  if (entries.length === 0)
    throw new InvalidOptionError(option, given, "an object of at least one model or policy");
  // A map, because keys come from requests and "constructor" may be one of them.
  const policies = new Map(
    entries.map(([key, use]) => [
      key,
      firstOf(toExplainedPolicy(`${option}.${key}`, use, reasonOf(key)), otherwise),
    ]),
  );

  return {
    models: modelsOf([...policies.values()]),
    reads: readsOf([...policies.values()]),
    described: Object.fromEntries(entries.map(([key, use]) => [key, describeUse(use)])),
    policyOf: (key) => (key === undefined ? otherwise : (policies.get(key) ?? otherwise)),
  };
}
