import {
  type ArmMoments,
  addMoment,
  differenceEvidence,
  isArmMoments,
  noArmMoments,
} from "../statistics/asymptotic-sequence.ts";
import type { Guard } from "./guard.ts";
import { mergeArms, shownOf } from "./paired-guard.ts";
import { unitCost } from "./unit-cost.ts";

/** State of a guard that knows no largest value. Plain JSON. */
export interface MomentState {
  readonly arms: ArmMoments;
  /** Largest number of processes in which a unit can be: so often may a unit have been counted. */
  readonly spread: number;
}

const noMomentState: MomentState = Object.freeze({ arms: noArmMoments, spread: 1 });

/** Makes a guard on the cost of units by the asymptotic confidence sequence. */
export function unboundedCostGuard(
  what: Pick<Guard, "name" | "kind" | "margin" | "marginOf">,
): Guard<MomentState> {
  const comparison =
    what.marginOf === "control" ? { margin: 0, controlFactor: 1 + what.margin } : { margin: what.margin };
  return {
    ...what,
    unit: "usd",
    exact: false,
    initial: noMomentState,
    value: unitCost,
    add: ({ arms, spread }, arm, value) => ({
      arms: { ...arms, [arm]: addMoment(arms[arm], value) },
      spread,
    }),
    merge: (states, spread) => ({ arms: mergeArms(states.map(({ arms }) => arms)), spread }),
    evidence: ({ arms, spread }) => ({
      ...differenceEvidence(arms, { ...comparison, spread }),
      pairs: Math.floor((arms.control.count + arms.candidate.count) / 2),
      ...shownOf(arms),
    }),
    isState: (value): value is MomentState => {
      const { arms, spread } = (value ?? {}) as Partial<MomentState>;
      return isArmMoments(arms) && typeof spread === "number" && Number.isFinite(spread) && spread >= 1;
    },
  };
}
