import type { Member, Model } from "../../contracts/index.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import type { CallContext } from "./context.ts";
import type { ResolvedExecutionOptions } from "./options.ts";
import type { PlanInput, PlannedModel, PlanRules } from "./plan/index.ts";

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

/** Returns the attempt plan's view of a decided request, or of a direct call, which is numbered by it. */
export function planInputOf({ scope, plan, fallbacks, rules, direct }: CallContext): PlanInput {
  return {
    requestId: scope.id,
    plan: plan.map(planned),
    fallbacks,
    deadlineAt: scope.deadline?.at,
    rules,
    direct: direct && { attemptId: `${scope.id}/${direct}-${scope.numberCall()}`, hop: direct },
  };
}

function planned({ model, unless }: CallContext["plan"][number]): PlannedModel {
  return { model, check: unless?.name };
}
