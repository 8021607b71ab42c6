import type { Capabilities, Labels, ModelFacts, Price } from "../contracts/index.ts";

const flags = [
  "tools",
  "images",
  "jsonSchema",
  "reasoning",
  "audioInput",
  "audioOutput",
  "customTools",
] as const;

/**
 * Returns the facts that hold for every one of several models: the least window, capabilities that all have, labels that all
 * share. `price` is the most expensive price, which depends on the request. Of no model hardly anything is known.
 */
export function mergeFacts(name: string, all: readonly ModelFacts[], price: Price | undefined): ModelFacts {
  return {
    name,
    provider: shared(all.map(({ provider }) => provider)) ?? "pool",
    model: shared(all.map(({ model }) => model)) ?? name,
    price,
    contextWindow: least(all.map(({ contextWindow }) => contextWindow)),
    maxOutputTokens: least(all.map(({ maxOutputTokens }) => maxOutputTokens)),
    capabilities: sharedCapabilities(all),
    assumeCapabilities: all[0]?.assumeCapabilities?.filter((one) =>
      all.every(({ assumeCapabilities }) => assumeCapabilities?.includes(one)),
    ),
    speaks: all[0]?.speaks?.filter((one) => all.every(({ speaks }) => speaks?.includes(one))),
    labels: sharedLabels(all),
  };
}

function shared<T>(values: readonly T[]): T | undefined {
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}

/** Returns the least of the known numbers. */
function least(values: readonly (number | undefined)[]): number | undefined {
  let smallest: number | undefined;
  for (const value of values)
    if (value !== undefined && !(value >= (smallest ?? Number.POSITIVE_INFINITY))) smallest = value;
  return smallest;
}

function sharedCapabilities(all: readonly ModelFacts[]): Capabilities | undefined {
  const merged: { -readonly [Key in keyof Capabilities]: Capabilities[Key] } = {};
  for (const flag of flags) {
    const known = all.map(({ capabilities }) => capabilities?.[flag]);
    const can = known.includes(false) ? false : known.includes(undefined) ? undefined : known.length > 0;
    if (can !== undefined && known.length > 0) merged[flag] = can;
  }
  const types = all.map(({ capabilities }) => capabilities?.contentTypes);
  const [first] = types;
  if (first !== undefined && !types.includes(undefined))
    merged.contentTypes = first.filter((type) => types.every((one) => one?.includes(type)));
  const efforts = all.map(({ capabilities }) => capabilities?.efforts);
  const [some] = efforts;
  if (some !== undefined && !efforts.includes(undefined))
    merged.efforts = some.filter((effort) => efforts.every((one) => one?.includes(effort)));
  return Object.keys(merged).length === 0 ? undefined : merged;
}

function sharedLabels([first, ...others]: readonly ModelFacts[]): Labels {
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first.labels).filter(([label, value]) =>
      others.every(({ labels }) => Object.hasOwn(labels, label) && labels[label] === value),
    ),
  );
}
