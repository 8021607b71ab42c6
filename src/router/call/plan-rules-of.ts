import type { Member, Model } from "../../contracts/index.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import type { ResolvedExecutionOptions } from "./options.ts";
import type { PlanRules } from "./plan/index.ts";

/** Returns the rules of a router's attempt plans. */
export function planRulesOf(
  options: ResolvedExecutionOptions,
  models: Readonly<Record<string, Pick<Model, "name" | "effort" | "contextWindow" | "members">>>,
): PlanRules {
  const { retries, fallback, backoffBaseMs, backoffCapMs, retryAfterCapMs } = options;
  const windows: Record<string, number | undefined> = Object.fromEntries(
    Object.entries(models).map(([id, { contextWindow }]) => [id, contextWindow]),
  );
  // Members of a pool come and go. A window is read only after one was too small.
  for (const [id, { members }] of Object.entries(models))
    if (members !== undefined)
      Object.defineProperty(windows, id, { enumerable: true, get: () => leastWindow(members()) });
  return {
    retries,
    fallback,
    backoffBaseMs,
    backoffCapMs,
    retryAfterCapMs,
    windows,
    endpoints: sharedOf(models),
  };
}

/** Returns the endpoints of models that share theirs with another one, by id; undefined if none does. */
function sharedOf(
  models: Readonly<Record<string, Pick<Model, "name" | "effort">>>,
): Readonly<Record<string, string>> | undefined {
  const all = Object.entries(models).map(([id, model]) => [id, withoutEffort(model.name, model)] as const);
  const derived = new Set(all.flatMap(([id, name]) => (models[id]?.name === name ? [] : [name])));
  const shared = all.filter(([, name]) => derived.has(name));
  return shared.length === 0 ? undefined : Object.fromEntries(shared);
}

function leastWindow(members: readonly Member[]): number | undefined {
  const known = members.flatMap(({ facts: { contextWindow } }) => contextWindow ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}
