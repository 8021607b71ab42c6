import type { Estimate } from "../../src/statistics/bootstrap.ts";
import { bootstrap } from "../../src/statistics/bootstrap.ts";
import { meanCost } from "../metrics/mean-cost.ts";
import type { IntervalSettings } from "./intervals.ts";
import type { Saving } from "./report.ts";
import { outcomesOf } from "./report-rows.ts";
import type { Routing } from "./routing.ts";

/**
 * Computes the monthly cost of `requests`, by the policy and by the reference alone. `undefined` if a cost is
 * not known.
 */
export async function savingPerMonth(
  { cases, routed, alone, reference, units }: Routing,
  requests: number | undefined,
  settings: IntervalSettings,
): Promise<Saving | undefined> {
  const against = outcomesOf(alone, reference);
  if (routed.costUsd === undefined || against.costUsd === undefined) return undefined;
  const estimates = await bootstrap(
    cases.length,
    (weights) => {
      const cost = meanCost(routed.costUsd, weights);
      const referenceCost = meanCost(against.costUsd, weights);
      const saved = cost === undefined || referenceCost === undefined ? undefined : referenceCost - cost;
      return { cost, referenceCost, saved };
    },
    { groups: units, ...settings },
  );
  const volume = requests ?? 1_000;
  const scaled = (estimate: Estimate | undefined): Estimate => ({
    value: volume * (estimate?.value ?? Number.NaN),
    low: estimate?.low === undefined ? undefined : volume * estimate.low,
    high: estimate?.high === undefined ? undefined : volume * estimate.high,
  });
  return {
    requests,
    costUsd: scaled(estimates.cost),
    referenceCostUsd: scaled(estimates.referenceCost),
    savedUsd: scaled(estimates.saved),
  };
}
