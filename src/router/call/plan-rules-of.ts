import type { Member, Model } from "../../contracts/index.ts";
import type { ResolvedExecutionOptions } from "./options.ts";
import type { PlanRules } from "./plan/index.ts";

/** Returns the rules of a router's attempt plans. */
export function planRulesOf(
  options: ResolvedExecutionOptions,
  models: Readonly<Record<string, Pick<Model, "contextWindow" | "members">>>,
): PlanRules {
  const { retries, fallback, backoffBaseMs, backoffCapMs, retryAfterCapMs } = options;
  const windows: Record<string, number | undefined> = Object.fromEntries(
    Object.entries(models).map(([id, { contextWindow }]) => [id, contextWindow]),
  );
  // Members of a pool come and go. A window is read only after one was too small.
  for (const [id, { members }] of Object.entries(models))
    if (members !== undefined)
      Object.defineProperty(windows, id, { enumerable: true, get: () => leastWindow(members()) });
  return { retries, fallback, backoffBaseMs, backoffCapMs, retryAfterCapMs, windows };
}

function leastWindow(members: readonly Member[]): number | undefined {
  const known = members.flatMap(({ facts: { contextWindow } }) => contextWindow ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}
