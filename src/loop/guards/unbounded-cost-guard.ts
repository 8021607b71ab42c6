import {
  type ArmMoments,
  addMoment,
  differenceEvidence,
  isArmMoments,
  momentsSince,
  noArmMoments,
} from "../statistics/asymptotic-sequence.ts";
import { type Begun, beginPart, isBegun, mergeBegun, wealthOfParts } from "../statistics/begun.ts";
import type { Guard } from "./guard.ts";
import { mergeArms, shownOf } from "./paired-guard.ts";
import { knownEvidence, unitCost, unknownCost } from "./unit-cost.ts";

/** State of a guard that knows no largest value. Plain JSON. */
export interface MomentState {
  readonly arms: ArmMoments;
  /** Largest number of processes in which a unit can be: so often may a unit have been counted. */
  readonly spread: number;
  /** Units whose cost is not known. */
  readonly unknown: number;
  /** The moments when parts of the money on harm began. */
  readonly begun: readonly Begun<ArmMoments>[];
}

const noMomentState: MomentState = Object.freeze({
  arms: noArmMoments,
  spread: 1,
  unknown: 0,
  begun: Object.freeze([]),
});

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
    add: (state, arm, value) =>
      value === unknownCost
        ? { ...state, unknown: state.unknown + 1 }
        : { ...state, arms: { ...state.arms, [arm]: addMoment(state.arms[arm], value) } },
    begin: (state, at) => ({ ...state, begun: beginPart(state.begun, at, state.arms) }),
    merge: (states, spread) => ({
      arms: mergeArms(states.map(({ arms }) => arms)),
      spread,
      unknown: states.reduce((sum, { unknown }) => sum + unknown, 0),
      begun: mergeBegun(
        states.map(({ arms, begun }) => ({ now: arms, begun })),
        mergeArms,
      ),
    }),
    evidence({ arms, spread, unknown, begun }) {
      const units = arms.control.count + arms.candidate.count;
      const found = (values: ArmMoments) => differenceEvidence(values, { ...comparison, spread });
      const { harm, safe } = found(arms);
      const evidence = {
        harm: wealthOfParts(harm, begun, (before) => found(momentsSince(arms, before)).harm),
        safe,
        pairs: Math.floor(units / 2),
        ...shownOf(arms),
      };
      return knownEvidence(evidence, unknown, units);
    },
    isState: (value): value is MomentState => {
      const { arms, spread, unknown, begun } = (value ?? {}) as Partial<MomentState>;
      const areNumbers = [spread, unknown].every((one) => typeof one === "number" && Number.isFinite(one));
      return (
        isArmMoments(arms) &&
        areNumbers &&
        (spread ?? 0) >= 1 &&
        (unknown ?? -1) >= 0 &&
        isBegun(begun, isArmMoments)
      );
    },
  };
}
