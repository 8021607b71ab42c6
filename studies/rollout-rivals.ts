/** Other ways to decide on a rollback, on the same values with the same margins. */

/** Sums of one measure in one arm. */
interface Sums {
  count: number;
  sum: number;
  squares: number;
}

/** Control, candidate. */
export type ArmSums = readonly [Sums, Sums];

export interface RivalMargin {
  readonly margin: number;
  /** Above 1: the margin is a part of control's mean. */
  readonly controlFactor: number;
}

export function noSums(): ArmSums {
  return [
    { count: 0, sum: 0, squares: 0 },
    { count: 0, sum: 0, squares: 0 },
  ];
}

export function addSum(sums: ArmSums, isCandidate: boolean, value: number): void {
  const arm = isCandidate ? sums[1] : sums[0];
  arm.count += 1;
  arm.sum += value;
  arm.squares += value * value;
}

/**
 * Difference above the margin and its variance; for a margin in proportion, of the relative difference by the delta
 * method, as GrowthBook does.
 */
function excessOf([control, candidate]: ArmSums, { margin, controlFactor }: RivalMargin) {
  const [mean0, mean1] = [control.sum / control.count, candidate.sum / candidate.count];
  const [v0, v1] = [varianceOfMean(control), varianceOfMean(candidate)];
  if (controlFactor === 1) return { excess: mean1 - mean0 - margin, variance: v0 + v1 };
  return {
    excess: mean1 / mean0 - controlFactor,
    variance: v1 / mean0 ** 2 + (v0 * mean1 ** 2) / mean0 ** 4,
  };
}

function varianceOfMean({ count, sum, squares }: Sums): number {
  return (squares - (sum * sum) / count) / (count - 1) / count;
}

/** GrowthBook's one-sided sequence with its default of 5,000 units: true if its lower end is above the margin. */
export function growthBook(alpha: number): (sums: ArmSums, margin: RivalMargin) => boolean {
  const log = -2 * Math.log(2 * alpha);
  const rhoSquare = (log + Math.log(log + 1)) / 5_000;
  return (sums, margin) => {
    const units = sums[0].count + sums[1].count;
    if (sums[0].count < 2 || sums[1].count < 2) return false;
    const { excess, variance } = excessOf(sums, margin);
    if (!(excess > 0 && variance > 0)) return false;
    const mixed = units * rhoSquare + 1;
    const half = Math.sqrt(
      variance *
        units *
        ((2 * mixed) / (units * units * rhoSquare)) *
        Math.log(1 + Math.sqrt(mixed) / (2 * alpha)),
    );
    return excess > half;
  };
}

/** A test for a fixed number of units, looked at after each one from 30 of each arm on. */
export function peekedTest(quantile: number): (sums: ArmSums, margin: RivalMargin) => boolean {
  return (sums, margin) => {
    if (sums[0].count < 30 || sums[1].count < 30) return false;
    const { excess, variance } = excessOf(sums, margin);
    return variance > 0 && excess > quantile * Math.sqrt(variance);
  };
}

/**
 * Failed checks as Flagger counts them: after each 100 units of the candidate its mean is compared with control's over
 * the same time; a difference above the margin is a failed check, and the tenth is the rollback.
 */
export function failedChecks(): {
  add(measure: number, isCandidate: boolean, value: number, margin: RivalMargin): boolean;
} {
  const intervals: ArmSums[] = [];
  let failed = 0;
  return {
    add(measure, isCandidate, value, { margin, controlFactor }) {
      const sums = intervals[measure] ?? noSums();
      intervals[measure] = sums;
      addSum(sums, isCandidate, value);
      const [control, candidate] = sums;
      if (candidate.count < 100 || control.count < 1) return failed >= 10;
      intervals[measure] = noSums();
      if (candidate.sum / candidate.count > (controlFactor * control.sum) / control.count + margin)
        failed += 1;
      return failed >= 10;
    },
  };
}
