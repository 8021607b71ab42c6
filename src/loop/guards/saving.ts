import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { type CostState, clippedCostGuard } from "./clipped-cost-guard.ts";
import type { Guard } from "./guard.ts";

export interface SavingOptions {
  /** Smallest saving that is worth it, as a part of control's mean cost, in (0, 1). */
  readonly minShare: number;
  /** Cost of a unit at which it is clipped, above 0. */
  readonly maxUsd: number;
}

export const savingOptions: OptionTable<SavingOptions> = {
  minShare: { is: "share", above: 0, below: 1 },
  maxUsd: { is: "number", above: 0 },
};

/**
 * Benefit without which the candidate is not worth routing to: units cost less than control's by at least a share. Once
 * it is proven that they do not, a harmless candidate is `done` with the advice `do-not-route`. Exact. Throws
 * `InvalidOptionError`.
 */
export function saving(options: SavingOptions): Guard<CostState> {
  const { minShare, maxUsd } = readOptions("saving", savingOptions, options);
  return clippedCostGuard(
    { name: "saving", kind: "benefit", margin: -minShare, marginOf: "control" },
    maxUsd,
  );
}
