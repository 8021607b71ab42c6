import type { Model } from "../contracts/index.ts";
import type { Execution } from "./context.ts";
import type { ResolvedExecutionOptions } from "./options.ts";
import type { PlanInput, PlannedModel, PlanRules } from "./plan/index.ts";

/** Returns the rules of a router's attempt plans. */
export function planRulesOf(
  options: ResolvedExecutionOptions,
  models: Readonly<Record<string, Pick<Model, "contextWindow">>>,
): PlanRules {
  const { retries, fallback, backoffBaseMs, backoffCapMs, retryAfterCapMs } = options;
  const windows = Object.fromEntries(
    Object.entries(models).map(([id, { contextWindow }]) => [id, contextWindow]),
  );
  return { retries, fallback, backoffBaseMs, backoffCapMs, retryAfterCapMs, windows };
}

/** Returns the attempt plan's view of a decided request. */
export function planInputOf({ scope, plan, fallbacks, rules }: Execution): PlanInput {
  return { requestId: scope.id, plan: plan.map(planned), fallbacks, deadlineAt: scope.deadline?.at, rules };
}

function planned({ model, unless }: Execution["plan"][number]): PlannedModel {
  return { model, check: unless?.name };
}
