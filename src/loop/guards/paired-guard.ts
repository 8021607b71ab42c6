import {
  type ArmMoments,
  addMoment,
  differenceInterval,
  isArmMoments,
  mergeMoments,
  noArmMoments,
} from "../statistics/asymptotic-sequence.ts";
import {
  addUnit,
  beginHarm,
  type HarmMargin,
  harmEvidence,
  isPairedBets,
  mergePairs,
  noPairs,
  type PairedBets,
  safetyEvidence,
} from "../statistics/paired-bets.ts";
import type { ComparedArm, Guard, GuardEvidence } from "./guard.ts";

/** State of a guard that bets: the bets, and the moments of the values for what is shown. Plain JSON. */
export interface PairedState {
  readonly bets: PairedBets;
  readonly arms: ArmMoments;
}

export const noPairedState: PairedState = Object.freeze({ bets: noPairs, arms: noArmMoments });

/** A guard of which only name, margins and value are left to say. */
export type PairedGuardOptions = Pick<Guard, "name" | "kind" | "margin" | "marginOf" | "unit" | "value">;

/** Makes a guard on values in [0, 1] whose error is exact: it bets on pairs of units. */
export function pairedGuard(options: PairedGuardOptions): Guard<PairedState> {
  const harm: HarmMargin = { margin: options.margin };
  return {
    ...options,
    exact: true,
    initial: noPairedState,
    add: (state, arm, value) => addPaired(state, arm, value, harm),
    begin: beginPaired,
    merge: mergePaired,
    evidence: pairedEvidence,
    isState: isPairedState,
  };
}

export function addPaired(
  { bets, arms }: PairedState,
  arm: ComparedArm,
  value: number,
  harm: HarmMargin,
): PairedState {
  return {
    bets: addUnit(bets, arm, value, harm),
    arms: { ...arms, [arm]: addMoment(arms[arm], Math.max(0, Math.min(1, value))) },
  };
}

export function beginPaired<State extends PairedState>(state: State, at: number): State {
  return { ...state, bets: beginHarm(state.bets, at) };
}

export function mergePaired(states: readonly PairedState[], spread: number): PairedState {
  const bets = mergePairs(
    states.map((state) => state.bets),
    spread,
  );
  return { bets, arms: mergeArms(states.map(({ arms }) => arms)) };
}

export function mergeArms(all: readonly ArmMoments[]): ArmMoments {
  return {
    control: mergeMoments(all.map(({ control }) => control)),
    candidate: mergeMoments(all.map(({ candidate }) => candidate)),
  };
}

export function pairedEvidence({ bets, arms }: PairedState): GuardEvidence {
  return {
    harm: harmEvidence(bets),
    safe: safetyEvidence(bets),
    pairs: bets.pairs,
    ...shownOf(arms),
  };
}

/** Means of the arms and the interval of their difference, as far as there are any. */
export function shownOf(arms: ArmMoments): Pick<GuardEvidence, "control" | "candidate" | "low" | "high"> {
  return {
    ...(arms.control.count > 0 && { control: arms.control.mean }),
    ...(arms.candidate.count > 0 && { candidate: arms.candidate.mean }),
    ...differenceInterval(arms),
  };
}

export function isPairedState(value: unknown): value is PairedState {
  const { bets, arms } = (value ?? {}) as Partial<PairedState>;
  return isPairedBets(bets) && isArmMoments(arms);
}
