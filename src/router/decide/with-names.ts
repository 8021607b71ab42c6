import type { PolicyDescription } from "../../contracts/index.ts";

/**
 * Returns a policy's description with names of models instead of a router's ids, as outcome and tuning
 * files have it. `policy.models` are the ids that it names; default: all of `names`.
 */
export function withNames(
  policy: PolicyDescription & { readonly models?: readonly string[] | undefined },
  names: Readonly<Record<string, string>>,
): PolicyDescription {
  const ids = policy.models ?? Object.keys(names);
  const nameOf = new Map(ids.map((id) => [id, names[id] ?? id]));
  const { name, parameters } = policy;
  if (parameters === undefined) return { name };
  return { name, parameters: rename(parameters, nameOf) as NonNullable<typeof parameters> };
}

/**
 * Replaces ids by names. Ids are values, or keys where models have weights. A field with the name of an id,
 * such as `small` of a threshold, stays.
 */
function rename(value: unknown, nameOf: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return nameOf.get(value) ?? value;
  if (Array.isArray(value)) return value.map((one) => rename(one, nameOf));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const areWeights = entries.every(([key, one]) => nameOf.has(key) && typeof one === "number");
  return Object.fromEntries(
    entries.map(([key, one]) => [(areWeights ? nameOf.get(key) : undefined) ?? key, rename(one, nameOf)]),
  );
}
