import { type Bets, bet, isBets, mergeBets, noBets, wealthOf } from "./sequential-bets.ts";

/** Bets that events of a known probability happen more often, and less often. Plain JSON. */
export interface ShareBets {
  readonly more: Bets;
  readonly fewer: Bets;
}

export const noShareBets: ShareBets = Object.freeze({ more: noBets, fewer: noBets });

/** Returns the bets after one more trial. `share` in (0, 1) is the probability of this trial's event. */
export function addTrial({ more, fewer }: ShareBets, happened: boolean, share: number): ShareBets {
  const excess = (happened ? 1 : 0) - share;
  return { more: bet(more, excess / share), fewer: bet(fewer, -excess / (1 - share)) };
}

/**
 * Evidence that the share is another one: at least `1 / alpha` with probability at most alpha, however often it is
 * looked at. Always-valid test of a sample ratio mismatch.
 */
export function mismatchEvidence({ more, fewer }: ShareBets): number {
  return (wealthOf(more) + wealthOf(fewer)) / 2;
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
  };
}

/** True for what `addTrial` returns, also after a way through JSON. */
export function isShareBets(value: unknown): value is ShareBets {
  const { more, fewer } = (value ?? {}) as Partial<ShareBets>;
  return isBets(more) && isBets(fewer);
}
