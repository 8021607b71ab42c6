import type { HarmMargin } from "../statistics/paired-bets.ts";
import type { Guard, GuardEvidence } from "./guard.ts";
import {
  addPaired,
  beginPaired,
  isPairedState,
  mergePaired,
  noPairedState,
  type PairedState,
  pairedEvidence,
} from "./paired-guard.ts";
import { knownEvidence, unitCost, unknownCost } from "./unit-cost.ts";

/** State of a guard on clipped cost, of which values are parts of the largest cost. Plain JSON. */
export interface CostState extends PairedState {
  readonly clipped: number;
  /** Units whose cost is not known. */
  readonly unknown: number;
}

const noCostState: CostState = Object.freeze({ ...noPairedState, clipped: 0, unknown: 0 });

/** Makes a guard that bets on the cost of units, clipped at `maxUsd`. */
export function clippedCostGuard(
  what: Pick<Guard, "name" | "kind" | "margin" | "marginOf">,
  maxUsd: number,
): Guard<CostState> {
  const harm: HarmMargin =
    what.marginOf === "control"
      ? { margin: 0, controlFactor: 1 + what.margin, sized: true }
      : { margin: what.margin / maxUsd, sized: true };
  return {
    ...what,
    unit: "usd",
    exact: true,
    initial: noCostState,
    value: unitCost,
    add: (state, arm, value) =>
      value === unknownCost
        ? { ...state, unknown: state.unknown + 1 }
        : {
            ...state,
            ...addPaired(state, arm, value / maxUsd, harm),
            clipped: state.clipped + (value > maxUsd ? 1 : 0),
          },
    begin: beginPaired,
    merge: (states, spread) => ({
      ...mergePaired(states, spread),
      clipped: states.reduce((sum, { clipped }) => sum + clipped, 0),
      unknown: states.reduce((sum, { unknown }) => sum + unknown, 0),
    }),
    evidence: (state) => inUsd(pairedEvidence(state), maxUsd, state),
    isState: (value): value is CostState =>
      isPairedState(value) && isCount((value as CostState).clipped) && isCount((value as CostState).unknown),
  };
}

function inUsd(
  evidence: GuardEvidence,
  maxUsd: number,
  { arms, clipped, unknown }: CostState,
): GuardEvidence {
  const { control, candidate, low, high } = evidence;
  const units = arms.control.count + arms.candidate.count;
  const inUsd = {
    ...evidence,
    ...(control !== undefined && { control: control * maxUsd }),
    ...(candidate !== undefined && { candidate: candidate * maxUsd }),
    ...(low !== undefined && high !== undefined && { low: low * maxUsd, high: high * maxUsd }),
    clippedShare: units === 0 ? 0 : clipped / units,
  };
  return knownEvidence(inUsd, unknown, units);
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
