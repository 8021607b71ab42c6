import type { ModelOutcomes, PairedOutcomes } from "../../metrics/routing-curve.ts";
import type { ReplayCase } from "../replay-cases.ts";

/** The outcomes of two models as columns. Costs are left out when one of them is not known. */
export function pairOutcomes<Id extends string>(
  cases: readonly ReplayCase<Id>[],
  small: NoInfer<Id>,
  large: NoInfer<Id>,
): PairedOutcomes {
  return { small: columnsOf(cases, small), large: columnsOf(cases, large) };
}

/** The outcomes of one model as columns. */
export function columnsOf<Id extends string>(
  cases: readonly ReplayCase<Id>[],
  model: NoInfer<Id>,
): ModelOutcomes {
  const quality = Float64Array.from(cases, ({ outcomes }) => outcomes.get(model)?.quality ?? Number.NaN);
  const costUsd = Float64Array.from(cases, ({ outcomes }) => outcomes.get(model)?.costUsd ?? Number.NaN);
  return costUsd.some(Number.isNaN) ? { quality } : { quality, costUsd };
}
