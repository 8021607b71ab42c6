import type { Execution } from "./context.ts";
import type { PlanInput, PlannedModel, PlanRules } from "./plan/index.ts";

/** Returns the attempt plan's view of a decided request. */
export function planInputOf({ scope, plan, fallbacks, windows, ports }: Execution): PlanInput {
  const { retries, fallback, backoffBaseMs, backoffCapMs, retryAfterCapMs } = ports.options;
  const rules: PlanRules = { retries, fallback, backoffBaseMs, backoffCapMs, retryAfterCapMs, windows };
  return { requestId: scope.id, plan: plan.map(planned), fallbacks, deadlineAt: scope.deadline?.at, rules };
}

function planned({ model, unless }: Execution["plan"][number]): PlannedModel {
  return unless === undefined ? { model } : { model, check: unless.name };
}
