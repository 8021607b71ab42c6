import { InvalidOptionError } from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { type CostState, clippedCostGuard } from "./clipped-cost-guard.ts";
import type { Guard } from "./guard.ts";
import { shareGuardOptions } from "./guard-options.ts";
import { type MomentState, unboundedCostGuard } from "./unbounded-cost-guard.ts";

export interface CostGuardOptions {
  /** Largest rise of a unit's mean cost that counts as none, as a part of control's: 0.05 is 5 %. In (0, 10]. */
  readonly marginShare?: number | undefined;
  /** The same in US dollars per unit, above 0 and below `maxUsd`. One of the two is needed. */
  readonly marginUsd?: number | undefined;
  /**
   * Cost of a unit at which it is clipped, above 0. About 20 times the mean cost is good: an exact bound must allow for
   * units of this cost, so that with 100 times the mean it finds hardly anything. Absent: none is clipped, and the error
   * is no longer exact.
   */
  readonly maxUsd?: number | undefined;
  /** Default `guard`. */
  readonly kind?: "guard" | "signal" | undefined;
}

export const costOptions: OptionTable<CostGuardOptions, "marginShare" | "marginUsd" | "maxUsd"> = {
  marginShare: { is: "number", above: 0, max: 10, optional: true },
  marginUsd: { is: "number", above: 0, optional: true },
  maxUsd: { is: "number", above: 0, optional: true },
  kind: shareGuardOptions.kind,
};

/**
 * Guard on the mean cost of a unit. With `maxUsd` it is exact for the clipped cost, and the share of clipped units is
 * told: choose one that hardly any unit reaches. Without, one unit of immense cost holds up the comparison, and its
 * error holds for many units only. A unit with a request of unknown price is
 * counted: above one in a hundred of all units the comparison stops, and says so. Throws `InvalidOptionError`.
 */
export function cost(options: CostGuardOptions): Guard<CostState> | Guard<MomentState> {
  const { marginShare, marginUsd, maxUsd, kind } = readOptions("cost", costOptions, options);
  const margin = marginShare ?? marginUsd;
  if (margin === undefined || (marginShare !== undefined && marginUsd !== undefined))
    throw new InvalidOptionError(
      "cost",
      options,
      "given either marginShare, a part of control's cost, or marginUsd",
    );
  const ofControl = marginShare !== undefined;
  const what = { name: "cost", kind, margin, marginOf: ofControl ? "control" : "difference" } as const;
  if (maxUsd === undefined) return unboundedCostGuard(what);
  if (!ofControl && margin >= maxUsd)
    throw new InvalidOptionError("cost.marginUsd", margin, `below maxUsd, ${maxUsd}`);
  return clippedCostGuard(what, maxUsd);
}
