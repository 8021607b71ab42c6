import { mostBegun, wealthOfParts } from "../src/loop/inner.ts";
import { noBets, sharesAround } from "../src/loop/statistics/index.ts";

/**
 * The bets of `src/loop/statistics/paired-bets` in place, with products instead of logarithms: the same numbers, some twenty
 * times as fast. The study checks that they are the same.
 */
export interface FastPairs {
  /** Returns true if the unit made a pair. */
  add(isCandidate: boolean, value: number): boolean;
  /** Begins the next part of the bets on harm. */
  begin(): void;
  harm(): number;
  /** Wealth of all money, had it bet from the start. */
  fromTheStart(): number;
  safe(): number;
  pairs(): number;
}

const stakes = noBets.logs.map((_, step) => 2 ** -(step / 2));
const harmShares = Float64Array.from(sharesAround(0.07, 1), Math.exp);
const safeShares = Float64Array.from(sharesAround(0.05, 1.2), Math.exp);

export function fastPairs(margin: number, controlFactor: number, sized: boolean): FastPairs {
  const waiting: number[] = [];
  let first = 0;
  let waitsCandidate = false;
  let pairs = 0;
  let total = 0;
  const harm = fastBets();
  const safe = fastBets();
  return {
    add(isCandidate, value) {
      const held = Math.max(0, Math.min(1, value));
      if (first === waiting.length || waitsCandidate === isCandidate) {
        waitsCandidate = isCandidate;
        waiting.push(held);
        return false;
      }
      const partner = waiting[first] as number;
      first += 1;
      const [control, candidate] = isCandidate ? [partner, held] : [held, partner];
      const excess = candidate - controlFactor * control - margin;
      const variance = sized ? Math.max(1e-12, (pairs < 10 ? 0.5 : total / (2 * pairs)) ** 2) : 0.25;
      harm.bet(excess / (controlFactor + margin), variance);
      safe.bet(-excess / (1 - margin), variance);
      pairs += 1;
      total += control + candidate;
      return true;
    },
    begin: harm.begin,
    harm: () => harm.wealthOfParts(harmShares),
    fromTheStart: () => harm.wealth(harmShares),
    safe: () => safe.wealth(safeShares),
    pairs: () => pairs,
  };
}

function fastBets() {
  const wealths = new Float64Array(stakes.length).fill(1);
  let count = 0;
  let sum = 0;
  let squares = 0;
  /** Wealth won between the beginnings of two parts: products over all time would vanish. */
  let current = new Float64Array(stakes.length).fill(1);
  let segments: readonly Float64Array[] = [];
  let begun = 0;
  return {
    bet(gain: number, variance: number) {
      const held = Math.max(-1, gain);
      const spread = count === 0 ? 0 : Math.max(0, squares - (sum * sum) / count);
      const deviation = Math.sqrt((3 * variance + spread) / (3 + count));
      for (let at = 0; at < stakes.length; at += 1) {
        const stake = Math.min(0.9, (stakes[at] as number) / deviation);
        wealths[at] = Math.min(1e260, (wealths[at] as number) * (1 + stake * held));
        current[at] = Math.min(1e260, (current[at] as number) * (1 + stake * held));
      }
      count += 1;
      sum += held;
      squares += held * held;
    },
    begin() {
      current = new Float64Array(stakes.length).fill(1);
      begun += 1;
      segments = [...segments, current].slice(-mostBegun);
    },
    wealthOfParts(shares: Float64Array) {
      const since = new Float64Array(stakes.length).fill(1);
      const parts: { at: number; sums: number }[] = [];
      for (let last = segments.length - 1; last >= 0; last -= 1) {
        let wealth = 0;
        for (let at = 0; at < stakes.length; at += 1) {
          since[at] = (since[at] as number) * ((segments[last] as Float64Array)[at] as number);
          wealth += (shares[at] as number) * (since[at] as number);
        }
        parts.unshift({ at: begun - (segments.length - 1 - last), sums: wealth });
      }
      return wealthOfParts(this.wealth(shares), parts, (wealth) => wealth);
    },
    wealth(shares: Float64Array) {
      let wealth = 0;
      for (let at = 0; at < shares.length; at += 1)
        wealth += (shares[at] as number) * (wealths[at] as number);
      return wealth;
    },
  };
}
