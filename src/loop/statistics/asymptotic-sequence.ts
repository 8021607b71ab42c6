/** Number, mean and sum of squared deviations of the values of an arm. Plain JSON. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly deviations: number;
}

/** Values of both arms, of which less is better. */
export interface ArmMoments {
  readonly control: Moments;
  readonly candidate: Moments;
}

const noMoments: Moments = Object.freeze({ count: 0, mean: 0, deviations: 0 });
export const noArmMoments: ArmMoments = Object.freeze({ control: noMoments, candidate: noMoments });

/** Number of units of both arms at which the interval is narrowest. Fixed: one that follows the data breaks the error. */
const tunedTo = 5_000;
/** Error that the interval is narrowest at. */
const tunedAlpha = 0.05;
/** Fewest units of an arm: the theorem is about many. */
const fewest = 50;
/** Largest exponent, so that evidence stays a finite number. */
const mostExponent = 600;

/** Returns the moments after one more value (Welford 1962). */
export function addMoment({ count, mean, deviations }: Moments, value: number): Moments {
  const next = mean + (value - mean) / (count + 1);
  return { count: count + 1, mean: next, deviations: deviations + (value - mean) * (value - next) };
}

/** Returns the moments of all values together (Chan, Golub & LeVeque 1979). */
export function mergeMoments(all: readonly Moments[]): Moments {
  return all.reduce((left, right) => {
    const count = left.count + right.count;
    if (count === 0) return left;
    const step = right.mean - left.mean;
    return {
      count,
      mean: left.mean + (step * right.count) / count,
      deviations: left.deviations + right.deviations + (step * step * left.count * right.count) / count,
    };
  }, noMoments);
}

/** Returns the moments of the values that came after `before`. */
export function momentsSince(all: ArmMoments, before: ArmMoments): ArmMoments {
  return { control: since(all.control, before.control), candidate: since(all.candidate, before.candidate) };
}

function since(all: Moments, before: Moments): Moments {
  const count = all.count - before.count;
  if (count <= 0) return noMoments;
  const mean = (all.mean * all.count - before.mean * before.count) / count;
  const between = ((mean - before.mean) ** 2 * before.count * count) / all.count;
  return { count, mean, deviations: Math.max(0, all.deviations - before.deviations - between) };
}

/**
 * Evidence that candidate - controlFactor · control is above the margin (`harm`) and below it (`safe`), of means of
 * values without bounds. It is 1 / alpha where the one-sided asymptotic confidence sequence (Waudby-Smith, Arbour,
 * Sinha, Kennedy & Ramdas 2024) of error alpha ends at the margin: for N units, rho by the fixed number above and z the
 * difference in standard errors,
 *
 *     (exp(z² N rho² / (2 (N rho² + 1))) - 1) · 2 / √(N rho² + 1)
 *
 * May be looked at any time. Its error holds for many units, of which no few hold most of the sum. `spread` as for
 * `mergeBets`: values that were counted that often are worth one.
 */
export function differenceEvidence(
  arms: ArmMoments,
  { margin, controlFactor = 1, spread = 1 }: Comparison,
): { readonly harm: number; readonly safe: number } {
  const error = standardError(arms, controlFactor, spread);
  if (error === undefined) return { harm: 1, safe: 1 };
  const excess = arms.candidate.mean - controlFactor * arms.control.mean - margin;
  const mixed = (unitsOf(arms) / spread) * rhoSquare(2 * tunedAlpha) + 1;
  const exponent = ((excess / error) ** 2 * (mixed - 1)) / (2 * mixed);
  const evidence = (Math.expm1(Math.min(mostExponent, exponent)) * 2) / Math.sqrt(mixed);
  return excess > 0 ? { harm: evidence, safe: 0 } : { harm: 0, safe: evidence };
}

export interface Comparison {
  readonly margin: number;
  readonly controlFactor?: number | undefined;
  readonly spread?: number | undefined;
}

/** Two-sided interval of 95 % of candidate minus control by the same sequence. Undefined with too few units. */
export function differenceInterval(
  arms: ArmMoments,
  spread = 1,
): { readonly low: number; readonly high: number } | undefined {
  const error = standardError(arms, 1, spread);
  if (error === undefined) return undefined;
  const mixed = (unitsOf(arms) / spread) * rhoSquare(tunedAlpha) + 1;
  const half = error * Math.sqrt(((2 * mixed) / (mixed - 1)) * Math.log(Math.sqrt(mixed) / tunedAlpha));
  const difference = arms.candidate.mean - arms.control.mean;
  return { low: difference - half, high: difference + half };
}

/** True for finite moments. */
export function isArmMoments(value: unknown): value is ArmMoments {
  const { control, candidate } = (value ?? {}) as Partial<ArmMoments>;
  return [control, candidate].every((moments) => {
    const { count, mean, deviations } = (moments ?? {}) as Partial<Moments>;
    return isAmount(count) && Number.isFinite(mean) && isAmount(deviations);
  });
}

function isAmount(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function rhoSquare(alpha: number): number {
  const log = -2 * Math.log(alpha);
  return (log + Math.log(log + 1)) / tunedTo;
}

function unitsOf({ control, candidate }: ArmMoments): number {
  return control.count + candidate.count;
}

function standardError(
  { control, candidate }: ArmMoments,
  controlFactor: number,
  spread: number,
): number | undefined {
  if (control.count < fewest * spread || candidate.count < fewest * spread) return undefined;
  const of = ({ count, deviations }: Moments) => (spread * deviations) / (count - 1) / count;
  const square = of(candidate) + controlFactor ** 2 * of(control);
  return square > 0 && square < Number.MAX_VALUE ? Math.sqrt(square) : undefined;
}
