import type { Policy } from "../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../src/plugin/index.ts";
import {
  describeUse,
  type ModelOrPolicy,
  modelsOf,
  policiesOf,
  readsOf,
  toPolicy,
} from "./internal/nested.ts";
import { policyTable } from "./internal/policy-table.ts";

export interface OverrideOptions<Id extends string> {
  /** Key of the request label that holds the flag. */
  readonly label: string;
  /** A model or a policy for each value of the flag. */
  readonly values: Readonly<Record<string, ModelOrPolicy<Id>>>;
  /** The model or policy without the flag, for other values, and where the value's policy has no opinion. */
  readonly otherwise: ModelOrPolicy<Id>;
}

export const overrideOptions: OptionTable<OverrideOptions<string>> = {
  label: { is: "text" },
  values: { is: "any", expected: "an object of at least one model or policy" },
  otherwise: { is: "any", expected: "a model or a policy" },
};

/**
 * Chooses by a feature flag. A policy makes no calls, so that its decisions can be replayed: read the
 * flag before the request and pass its value as a label,
 * `router.route({ messages, labels: { variant: await flags.get("variant", user) } })`.
 */
export function override<const Id extends string>(options: OverrideOptions<Id>): Policy<Id> {
  const { label, values, otherwise: rest } = readOptions("override", overrideOptions, options);
  const otherwise = toPolicy("override.otherwise", rest, `no override by ${label}`);
  const table = policyTable("override.values", values, otherwise, (value) => `${label} is ${value}`);

  return {
    name: "override",
    parameters: { label, values: table.described, otherwise: describeUse(rest) },
    models: modelsOf([table, otherwise]),
    reads: readsOf([table, otherwise]),
    inner: policiesOf([...Object.values(values), rest]),
    select(context) {
      const { labels } = context.request;
      const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
      return table.policyOf(value).select(context);
    },
  };
}
