import { type Begun, beginPart, isBegun, mergeBegun, wealthOfParts } from "./begun.ts";
import {
  type Bets,
  bet,
  isBets,
  isWealthThen,
  mergeBets,
  mergeThen,
  noBets,
  type WealthThen,
  wealthNow,
  wealthOf,
  wealthSince,
} from "./sequential-bets.ts";

/** Bets that events of a known probability happen more often, and less often. Plain JSON. */
export interface ShareBets {
  readonly more: Bets;
  readonly fewer: Bets;
  /** Wealth of both when parts of their money began. */
  readonly begun: readonly Begun<BothThen>[];
}

interface BothThen {
  readonly more: WealthThen;
  readonly fewer: WealthThen;
}

export const noShareBets: ShareBets = Object.freeze({
  more: noBets,
  fewer: noBets,
  begun: Object.freeze([]),
});

const bothNow = ({ more, fewer }: ShareBets): BothThen => ({
  more: wealthNow(more),
  fewer: wealthNow(fewer),
});

/** Begins the part `at` of the bets, and those before it. What has begun stays as it is. */
export function beginShares(bets: ShareBets, at: number): ShareBets {
  const begun = beginPart(bets.begun, at, bothNow(bets));
  return begun === bets.begun ? bets : { ...bets, begun };
}

/** Returns the bets after one more trial. `share` in (0, 1) is the probability of this trial's event. */
export function addTrial(bets: ShareBets, happened: boolean, share: number): ShareBets {
  const excess = (happened ? 1 : 0) - share;
  return {
    ...bets,
    more: bet(bets.more, excess / share),
    fewer: bet(bets.fewer, -excess / (1 - share)),
  };
}

/**
 * Evidence that the share is another one: at least `1 / alpha` with probability at most alpha, however often it is
 * looked at. Always-valid test of a sample ratio mismatch.
 */
export function mismatchEvidence({ more, fewer, begun }: ShareBets): number {
  return wealthOfParts(
    (wealthOf(more) + wealthOf(fewer)) / 2,
    begun,
    (then) => (wealthSince(more, then.more) + wealthSince(fewer, then.fewer)) / 2,
  );
}

/** `spread` as for `mergeBets`. */
export function mergeShareBets(all: readonly ShareBets[], spread = 1): ShareBets {
  return {
    more: mergeBets(
      all.map(({ more }) => more),
      spread,
    ),
    fewer: mergeBets(
      all.map(({ fewer }) => fewer),
      spread,
    ),
    begun: mergeBegun(
      all.map((bets) => ({ now: bothNow(bets), begun: bets.begun })),
      (both) => ({
        more: mergeThen(
          both.map(({ more }) => more),
          spread,
        ),
        fewer: mergeThen(
          both.map(({ fewer }) => fewer),
          spread,
        ),
      }),
    ),
  };
}

/** True for what `addTrial` returns, also after a way through JSON. */
export function isShareBets(value: unknown): value is ShareBets {
  const { more, fewer, begun } = (value ?? {}) as Partial<ShareBets>;
  return isBets(more) && isBets(fewer) && isBegun(begun, isBothThen);
}

function isBothThen(value: unknown): value is BothThen {
  const { more, fewer } = (value ?? {}) as Partial<BothThen>;
  return isWealthThen(more) && isWealthThen(fewer);
}
