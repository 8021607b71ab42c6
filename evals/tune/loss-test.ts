import { seededRandom } from "../metrics/seeded-random.ts";
import type { Guarantee } from "./certificate.ts";
import { fixedSequence } from "./fixed-sequence.ts";
import { bettingPValue } from "./p-values/betting-p-value.ts";
import { loadBinomialTest } from "./p-values/binomial-test.ts";

/** Tests losses by record, each in [-1, 1] and, for `regressions`, 0 or 1. */
export interface LossTest {
  readonly name: "betting" | "binomial";
  readonly units: number;
  readonly largestUnit: number;
  /** By unit, in the order of the test: the sum of `loss - limit` over its records. */
  sums(loss: Float64Array, limit: number): Float64Array;
  /** Of the hypothesis that the mean loss of a request is above `limit`. */
  pValue(loss: Float64Array, limit: number): number;
  /**
   * Bound of the mean loss that holds with probability `1 - delta`: the last of the limits
   * `from - step, from - 2 · step, …` that is rejected; where none is, `from`, which must hold by itself.
   */
  upperBound(loss: Float64Array, from: number, step: number): number;
}

export interface LossTestOptions {
  readonly guarantee: Guarantee;
  /** By record: the number of its independent unit, from 0 without gaps. */
  readonly units: ArrayLike<number>;
  readonly delta: number;
  /** Of the order of the units, which bets depend on. */
  readonly seed: number;
}

/**
 * What is bounded is the mean over requests, and units have different sizes: `E[loss of a unit] /
 * E[size] <= limit` is tested as `E[Σ (loss - limit)] <= 0` over the records of a unit. Such a sum is at
 * most `size · (1 - limit)`; bets need the largest size that can come, which is taken to be the largest
 * here. Regressions of units of one record are counts: they have the exact binomial test.
 */
export async function lossTest({ guarantee, units, delta, seed }: LossTestOptions): Promise<LossTest> {
  const places = shuffledPlaces(units, seed);
  const count = places.reduce((most, place) => Math.max(most, place + 1), 0);
  const sumsOf = (column: Float64Array): Float64Array => {
    const sums = new Float64Array(count);
    for (let index = 0; index < column.length; index += 1) {
      const place = places[index] as number;
      sums[place] = (sums[place] as number) + (column[index] as number);
    }
    return sums;
  };
  const sizes = sumsOf(new Float64Array(units.length).fill(1));
  const largestUnit = sizes.reduce((largest, size) => Math.max(largest, size), 0);
  const sums = (loss: Float64Array, limit: number): Float64Array => {
    const excess = sumsOf(loss);
    for (let unit = 0; unit < count; unit += 1)
      excess[unit] = (excess[unit] as number) - limit * (sizes[unit] as number);
    return excess;
  };
  const fixed = { units: count, largestUnit, sums };

  if (guarantee === "regressions" && largestUnit === 1) {
    const test = await loadBinomialTest();
    const eventsOf = (loss: Float64Array): number => loss.reduce((sum, one) => sum + one, 0);
    return {
      ...fixed,
      name: "binomial",
      pValue: (loss, limit) => test.pValue(eventsOf(loss), loss.length, limit),
      upperBound: (loss) => test.upperBound(eventsOf(loss), loss.length, delta),
    };
  }

  const pValue = (loss: Float64Array, limit: number): number =>
    bettingPValue(sums(loss, limit), { most: largestUnit * (1 - limit), delta });
  return {
    ...fixed,
    name: "betting",
    pValue,
    upperBound(loss, from, step) {
      // The same argument as for thresholds: limits in a fixed order, up to the first that is not rejected.
      const limits = Math.floor((from + 1) / step);
      const limitAt = (index: number): number => from - (index + 1) * step;
      return from - fixedSequence(limits, (index) => pValue(loss, limitAt(index)), delta).accepted * step;
    },
  };
}

/** By record: the place of its unit in a shuffled order (Fisher-Yates). */
function shuffledPlaces(units: ArrayLike<number>, seed: number): Uint32Array {
  const count = Array.from(units).reduce((most, unit) => Math.max(most, unit + 1), 0);
  const placeOf = Uint32Array.from({ length: count }, (_, unit) => unit);
  const random = seededRandom(seed);
  for (let left = count - 1; left > 0; left -= 1) {
    const other = Math.floor(random() * (left + 1));
    const kept = placeOf[left] as number;
    placeOf[left] = placeOf[other] as number;
    placeOf[other] = kept;
  }
  return Uint32Array.from(units, (unit) => placeOf[unit] as number);
}
