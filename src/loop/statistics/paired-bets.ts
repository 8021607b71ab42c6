import { type Begun, beginPart, isBegun, mergeBegun, wealthOfParts } from "./begun.ts";
import {
  type Bets,
  bet,
  isBets,
  isWealthThen,
  mergeBets,
  mergeThen,
  noBets,
  sharesAround,
  type WealthThen,
  wealthNow,
  wealthOf,
  wealthSince,
} from "./sequential-bets.ts";

/** Hypothesis on two arms' means of values in [0, 1], of which less is better. */
export interface HarmMargin {
  /** Largest difference, candidate minus control, that counts as harmless; in [0, 1). */
  readonly margin: number;
  /** Factor on the control's values, for a margin in proportion to them: 1.05 allows 5 % more. Default 1. */
  readonly controlFactor?: number | undefined;
  /**
   * True for amounts whose size is not known, such as costs as a part of a generous largest cost: the first stakes then
   * follow the mean of the earlier units instead of a fair coin, next to which small amounts would look like none.
   */
  readonly sized?: boolean | undefined;
}

/** Bets on pairs of units, the n-th of the candidate with the n-th of control. Plain JSON. */
export interface PairedBets {
  /** Values of units whose partner is not there yet, of one arm at most. */
  readonly waiting: readonly number[];
  readonly waitingArm: "control" | "candidate";
  readonly pairs: number;
  /** Sums over pairs. */
  readonly control: number;
  readonly candidate: number;
  /** Bets that the candidate does harm above the margin, and that it does not. */
  readonly harm: Bets;
  readonly safe: Bets;
  /** Wealth of `harm` when parts of its money began. */
  readonly begun: readonly Begun<WealthThen>[];
}

/** Largest number of units that wait for a partner: with arms of equal shares hardly ever more than a few hundred. */
const mostWaiting = 1_000;
/** Pairs from which on the mean of the values says how large they are. */
const enoughPairs = 10;
const leastVariance = 1e-12;
/** Shares of the money on harm: what is worth a rollback is found best with stakes a little above the usual ones. */
const harmShares = sharesAround(0.07, 1);

export const noPairs: PairedBets = Object.freeze({
  waiting: Object.freeze([]),
  waitingArm: "control",
  pairs: 0,
  control: 0,
  candidate: 0,
  harm: noBets,
  safe: noBets,
  begun: Object.freeze([]),
});

/**
 * Returns the bets after one more unit. Pairs depend neither on the shares of the arms nor on how long units of an arm
 * take, and what both arms have in common at a time cancels in them. Of an arm that is far ahead the oldest waiting
 * values are dropped.
 */
export function addUnit(
  bets: PairedBets,
  arm: "control" | "candidate",
  value: number,
  { margin, controlFactor = 1, sized = false }: HarmMargin,
): PairedBets {
  const held = Math.max(0, Math.min(1, value));
  if (bets.waiting.length === 0 || bets.waitingArm === arm)
    return {
      ...bets,
      waitingArm: arm,
      waiting: [...(bets.waiting.length < mostWaiting ? bets.waiting : bets.waiting.slice(1)), held],
    };
  const [partner = 0, ...waiting] = bets.waiting;
  const [control, candidate] = arm === "control" ? [held, partner] : [partner, held];
  const excess = candidate - controlFactor * control - margin;
  const variance = sized ? Math.max(leastVariance, meanOf(bets) ** 2) : undefined;
  return {
    ...bets,
    waiting,
    pairs: bets.pairs + 1,
    control: bets.control + control,
    candidate: bets.candidate + candidate,
    harm: bet(bets.harm, excess / (controlFactor + margin), variance),
    safe: bet(bets.safe, -excess / (1 - margin), variance),
  };
}

/** Mean of the values so far, half before there are enough. */
function meanOf({ pairs, control, candidate }: PairedBets): number {
  return pairs < enoughPairs ? 0.5 : (control + candidate) / (2 * pairs);
}

/** Begins the part `at` of the bets on harm, and those before it. What has begun stays as it is. */
export function beginHarm(bets: PairedBets, at: number): PairedBets {
  const begun = beginPart(bets.begun, at, wealthNow(bets.harm));
  return begun === bets.begun ? bets : { ...bets, begun };
}

/** Wealth of the bets that there is harm above the margin: of at least `1 / alpha` with probability at most alpha. */
export function harmEvidence({ harm, begun }: PairedBets): number {
  return wealthOfParts(wealthOf(harm, harmShares), begun, (then) => wealthSince(harm, then, harmShares));
}

/** The same, that there is none. */
export function safetyEvidence({ safe }: PairedBets): number {
  return wealthOf(safe);
}

/** Puts the bets of several processes together. `spread` as for `mergeBets`. */
export function mergePairs(all: readonly PairedBets[], spread = 1): PairedBets {
  const sumOf = (field: "pairs" | "control" | "candidate") => all.reduce((sum, one) => sum + one[field], 0);
  return {
    ...noPairs,
    pairs: sumOf("pairs"),
    control: sumOf("control"),
    candidate: sumOf("candidate"),
    harm: mergeBets(
      all.map(({ harm }) => harm),
      spread,
    ),
    safe: mergeBets(
      all.map(({ safe }) => safe),
      spread,
    ),
    begun: mergeBegun(
      all.map(({ harm, begun }) => ({ now: wealthNow(harm), begun })),
      (sums) => mergeThen(sums, spread),
    ),
  };
}

/** True for what `addUnit` returns, also after a way through JSON. */
export function isPairedBets(value: unknown): value is PairedBets {
  const { waiting, waitingArm, pairs, control, candidate, harm, safe, begun } = (value ??
    {}) as Partial<PairedBets>;
  const isAmount = (amount: unknown) =>
    typeof amount === "number" && amount >= 0 && amount < Number.MAX_VALUE;
  return (
    Array.isArray(waiting) &&
    waiting.length <= mostWaiting &&
    waiting.every((one) => isAmount(one) && one <= 1) &&
    (waitingArm === "control" || waitingArm === "candidate") &&
    [pairs, control, candidate].every(isAmount) &&
    isBets(harm) &&
    isBets(safe) &&
    isBegun(begun, isWealthThen)
  );
}
