import type { ModelOutcomes, PairedOutcomes } from "../../metrics/routing-curve.ts";
import type { ReplayCase } from "../replay-cases.ts";

type Outcomes<Id extends string> = Pick<ReplayCase<Id>, "outcomes">;

/** Converts the outcomes of two models to columns. Costs are left out if one of them is not known. */
export function pairOutcomes<Id extends string>(
  cases: readonly Outcomes<Id>[],
  small: NoInfer<Id>,
  large: NoInfer<Id>,
): PairedOutcomes {
  return { small: columnsOf(cases, small), large: columnsOf(cases, large) };
}

/** Converts the outcomes of one model to columns. */
export function columnsOf<Id extends string>(
  cases: readonly Outcomes<Id>[],
  model: NoInfer<Id>,
): ModelOutcomes {
  const quality = Float64Array.from(cases, ({ outcomes }) => outcomes.get(model)?.quality ?? Number.NaN);
  const costUsd = Float64Array.from(cases, ({ outcomes }) => outcomes.get(model)?.costUsd ?? Number.NaN);
  return costUsd.some(Number.isNaN) ? { quality } : { quality, costUsd };
}

/** True if all qualities are 0 or 1. */
export function isBinary(quality: Float64Array): boolean {
  return quality.every((one) => one === 0 || one === 1);
}
