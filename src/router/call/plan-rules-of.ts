import type { Model } from "../../contracts/index.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import type { ResolvedExecutionOptions } from "./options.ts";
import type { PlanRules } from "./plan/index.ts";

/** Returns the rules of a router's attempt plans. */
export function planRulesOf(
  options: ResolvedExecutionOptions,
  models: Readonly<Record<string, Pick<Model, "name" | "effort" | "contextWindow" | "members">>>,
  learnedOf: (name: string) => number | undefined = nothingLearnt,
): PlanRules {
  const { retries, fallback, backoffBaseMs, backoffCapMs, retryAfterCapMs } = options;
  const windows: Record<string, number | undefined> = {};
  // Members of a pool come and go, and windows are learnt. One is read only after another was too small.
  for (const [id, { name, contextWindow, members }] of Object.entries(models)) {
    const own = (key: string, declared: number | undefined) => least([declared, learnedOf(key)]);
    const get = () =>
      members === undefined
        ? own(name, contextWindow)
        : largest(members().map(({ key, facts }) => own(key, facts.contextWindow)));
    Object.defineProperty(windows, id, { enumerable: true, get });
  }
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

/** Returns the largest known window of a pool's members: a request goes on to the largest of them. */
function largest(windows: readonly (number | undefined)[]): number | undefined {
  const known = knownOf(windows);
  return known.length === 0 ? undefined : Math.max(...known);
}

function least(windows: readonly (number | undefined)[]): number | undefined {
  const known = knownOf(windows);
  return known.length === 0 ? undefined : Math.min(...known);
}

function knownOf(windows: readonly (number | undefined)[]): readonly number[] {
  return windows.filter((window) => window !== undefined);
}

function nothingLearnt(): undefined {
  return undefined;
}
