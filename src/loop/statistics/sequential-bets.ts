/**
 * Bets against one hypothesis: natural logarithms of their wealth by stake, and what is known of the spread of the
 * gains. Plain JSON: a process can store its own, and those of several can be put together.
 */
export interface Bets extends Spread {
  readonly logs: readonly number[];
}

/** Number, sum and sum of squares of the gains so far. */
export interface Spread {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

/**
 * Stakes in units of 1 / standard deviation of a gain: the best constant one is the mean gain in standard deviations,
 * so 0.05 finds within some thousand observations what cannot be found in some hundred. Half an octave apart.
 */
export const stakeSteps: readonly number[] = Array.from({ length: 15 }, (_, step) => 2 ** -(step / 2));
/** Logarithms of the shares of the money by stake. */
export type StakeShares = readonly number[];

/** Returns shares of which most are around a stake: in the logarithm a normal distribution with this deviation. */
export function sharesAround(center: number, octaves: number): StakeShares {
  const weights = stakeSteps.map((stake) => Math.exp(-(Math.log2(stake / center) ** 2) / (2 * octaves ** 2)));
  return normalised(weights).map(Math.log);
}

const usualShares = sharesAround(0.05, 1.2);
/** Shares of the money by stake: most around 0.05, in the logarithm a normal distribution of 1.2 octaves. */
export const shares: readonly number[] = usualShares.map(Math.exp);
/** Largest stake on a gain of at least -1: a bet never ends in ruin. */
export const mostStake = 0.9;
/** Imagined observations, so that the first bets are small; by default with the variance of a fair coin. */
const imagined = { count: 3, variance: 0.25 };
/** Largest logarithm that is kept, so that wealth stays a finite number. */
const mostLog = 600;
/** The same as a wealth. */
export const mostWealth: number = Math.exp(mostLog);

/** Bets before the first observation. */
export const noBets: Bets = Object.freeze({
  logs: Object.freeze(stakeSteps.map(() => 0)),
  count: 0,
  sum: 0,
  squares: 0,
});

/**
 * Returns the bets after one more observation. `gain` is what a stake of 1 wins, at least -1; under the hypothesis its
 * expectation, given all earlier ones, is at most 0. Then wealth reaches `c` with probability at most `1 / c`, however
 * often it is looked at (Ville's inequality; Waudby-Smith & Ramdas 2024). Stakes follow the spread of earlier gains
 * and are mixed, so that nothing is tuned to a number of observations. `imaginedVariance` is the variance that gains are
 * thought to have before there are any, above 0; it may depend on what was seen before. A wrong one costs power only.
 */
export function bet(bets: Bets, gain: number, imaginedVariance: number = imagined.variance): Bets {
  const held = Math.max(-1, gain);
  const inverse = inverseDeviation(bets.count, bets.sum, bets.squares, imaginedVariance);
  const logs = bets.logs.map((log, at) =>
    Math.min(mostLog, log + Math.log1p(Math.min(mostStake, (stakeSteps[at] as number) * inverse) * held)),
  );
  return { logs, count: bets.count + 1, sum: bets.sum + held, squares: bets.squares + held * held };
}

/** Returns 1 / standard deviation of the gains: a stake is this times its step, at most `mostStake`. */
export function inverseDeviation(
  count: number,
  sum: number,
  squares: number,
  variance: number = imagined.variance,
): number {
  const spread = count === 0 ? 0 : squares - (sum * sum) / count;
  return Math.sqrt((imagined.count + count) / (imagined.count * variance + Math.max(0, spread)));
}

/** Returns the wealth: 1 before the first observation. The shares must not depend on observations. */
export function wealthOf({ logs }: Bets, shares: StakeShares = usualShares): number {
  let sum = 0;
  for (let at = 0; at < logs.length; at += 1) sum += Math.exp((logs[at] as number) + (shares[at] as number));
  return sum;
}

/** Logarithms of the wealth of bets when others began: rounded up, which never adds to what those have won since. */
export type WealthThen = readonly number[];

export function wealthNow({ logs }: Bets): WealthThen {
  return logs.map((log) => Math.ceil(log * 1_000) / 1_000);
}

/** Returns the wealth of money that was put in when the wealth was `then`. */
export function wealthSince({ logs }: Bets, then: WealthThen, shares: StakeShares = usualShares): number {
  let sum = 0;
  for (let at = 0; at < logs.length; at += 1)
    sum += Math.exp(Math.min(mostLog, (logs[at] as number) - (then[at] as number)) + (shares[at] as number));
  return sum;
}

/** Puts what `wealthNow` returned together. `spread` as for `mergeBets`. */
export function mergeThen(all: readonly WealthThen[], spread: number): WealthThen {
  return stakeSteps.map((_, at) => {
    const sum = all.reduce((total, one) => total + (one[at] as number), 0) / spread;
    return Math.ceil(sum * 1_000 - 1e-6) / 1_000;
  });
}

/** True for what `wealthNow` returns, also after a way through JSON. */
export function isWealthThen(value: unknown): value is WealthThen {
  return Array.isArray(value) && value.length === stakeSteps.length && value.every(isNumber);
}

/**
 * Puts bets on separate observations together, for instance those of several processes: at each stake the product of
 * their wealths, which is as valid as one. If an observation of one can depend on those of others, `spread` is the
 * largest number of bets with one in common, and the product is that of the `spread`-th roots: its expectation is at
 * most the product of the roots of the expectations (Finner 1992), so at most 1, however much they depend.
 */
export function mergeBets(all: readonly Bets[], spread = 1): Bets {
  const total = (of: (bets: Bets) => number) => all.reduce((sum, bets) => sum + of(bets), 0);
  return {
    logs: stakeSteps.map((_, at) => Math.min(mostLog, total(({ logs }) => logs[at] as number) / spread)),
    count: total(({ count }) => count),
    sum: total(({ sum }) => sum),
    squares: total(({ squares }) => squares),
  };
}

/** True for what `bet` returns, also after a way through JSON. */
export function isBets(value: unknown): value is Bets {
  const { logs, count, sum, squares } = (value ?? {}) as Partial<Bets>;
  return (
    Array.isArray(logs) &&
    logs.length === stakeSteps.length &&
    logs.every((log) => isNumber(log) && log <= mostLog) &&
    isNumber(count) &&
    isNumber(sum) &&
    isNumber(squares) &&
    squares >= 0
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function normalised(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
