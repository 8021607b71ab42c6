import { bettingPValue } from "./betting-p-value.ts";
import { loadBinomialTest } from "./binomial-test.ts";
import { seededRandom } from "./seeded-random.ts";
import { shuffled } from "./shuffled.ts";

/**
 * Loss that is bounded. `mean`: the mean of the large model's quality minus that of the routed answer; gains
 * on some requests make up for losses on others. `regressions`: the share of requests whose routed answer is
 * worse than the large model's; nothing makes up for them.
 */
export type Guarantee = "mean" | "regressions";

/** Test of losses by record, each in [-1, 1] and, for `regressions`, 0 or 1. */
export interface LossTest {
  readonly name: "betting" | "binomial";
  readonly units: number;
  /** Number of records of the largest unit. */
  readonly largestUnit: number;
  /** Number of records of a unit that count at most. */
  readonly unitCap: number;
  /** Measured mean: over records, those of a larger unit weighted down to `unitCap` of them. */
  mean(loss: Float64Array): number;
  /** Losses by unit, in the order of the test. */
  unitLosses(loss: Float64Array): UnitLosses;
  /** P-value of the hypothesis that the mean loss is at least `limit`. */
  pValue(loss: Float64Array, limit: number): number;
  /** The same p-value for other units of the same kind. */
  pValueOf(units: UnitLosses, limit: number): number;
  /** True if `pValue` is at most `delta`. Faster than `pValue`. */
  rejects(loss: Float64Array, limit: number): boolean;
  /**
   * Bound of the mean loss that holds with probability `1 - delta`: the last of the limits `from - step, from
   * - 2 · step, …` that is rejected; if none is, `from`, which must hold by itself.
   */
  upperBound(loss: Float64Array, from: number, step: number): number;
}

export interface UnitLosses {
  /** Weighted sum of the losses of the unit's records. */
  readonly losses: Float64Array;
  /** Number of records, at most `unitCap`. */
  readonly sizes: Float64Array;
}

export interface LossTestOptions {
  readonly guarantee: Guarantee;
  /** Number of the independent unit by record, from 0 without gaps. */
  readonly units: ArrayLike<number>;
  readonly delta: number;
  /** Seed of the order of the units, which bets depend on. */
  readonly seed: number;
  /** Number of records of a unit that count at most, at least 1. Default: those of the largest unit. */
  readonly unitCap?: number | undefined;
}

/**
 * Creates the test of a mean loss over requests. Units have different sizes, and without a limit on sizes no
 * number of units bounds the mean: a unit that is large enough outweighs all others, however rare it is. So
 * at most `unitCap` requests of a unit count: the records of a larger one weigh `unitCap / size` each. Then
 * `E[loss of a unit] / E[size] < limit` is tested as `E[Σ (loss - limit)] < 0` over the records of a unit, a
 * sum that is at most `unitCap · (1 - limit)`. Regressions of units of one record are counts: they have the
 * exact binomial test.
 */
export async function lossTest({
  guarantee,
  units,
  delta,
  seed,
  unitCap: cap,
}: LossTestOptions): Promise<LossTest> {
  const places = shuffledPlaces(units, seed);
  const count = places.reduce((most, place) => Math.max(most, place + 1), 0);
  const records = new Float64Array(count);
  for (const place of places) records[place] = (records[place] as number) + 1;
  const largestUnit = records.reduce((largest, size) => Math.max(largest, size), 0);
  const unitCap = cap ?? Math.max(1, largestUnit);
  const sizes = records.map((size) => Math.min(size, unitCap));
  const weights = sizes.map((size, place) => size / (records[place] as number));
  const unitLosses = (loss: Float64Array): UnitLosses => {
    const losses = new Float64Array(count);
    for (let index = 0; index < loss.length; index += 1) {
      const place = places[index] as number;
      losses[place] = (losses[place] as number) + (weights[place] as number) * (loss[index] as number);
    }
    return { losses, sizes };
  };
  const mean = (loss: Float64Array): number => {
    const total = sum(sizes);
    return total === 0 ? 0 : sum(unitLosses(loss).losses) / total;
  };
  const fixed = { units: count, largestUnit, unitCap, mean, unitLosses };

  if (guarantee === "regressions" && largestUnit === 1 && unitCap === 1) {
    const test = await loadBinomialTest();
    const pValue = (loss: Float64Array, limit: number): number => test.pValue(sum(loss), loss.length, limit);
    return {
      ...fixed,
      name: "binomial",
      pValue,
      pValueOf: ({ losses }, limit) => pValue(losses, limit),
      rejects: (loss, limit) => pValue(loss, limit) <= delta,
      upperBound: (loss) => test.upperBound(sum(loss), loss.length, delta),
    };
  }

  const buffer = new Float64Array(count);
  const bet = ({ losses, sizes: of }: UnitLosses, limit: number, enough?: number): number => {
    // A loop, and one array for all candidates: tuning does this for each of them.
    const excess = losses.length === count ? buffer : new Float64Array(losses.length);
    for (let unit = 0; unit < losses.length; unit += 1)
      excess[unit] = (losses[unit] as number) - limit * (of[unit] as number);
    return bettingPValue(excess, { most: unitCap * (1 - limit), delta, enough });
  };
  const rejects = (loss: UnitLosses, limit: number): boolean => bet(loss, limit, delta) <= delta;
  return {
    ...fixed,
    name: "betting",
    pValue: (loss, limit) => bet(unitLosses(loss), limit),
    pValueOf: bet,
    rejects: (loss, limit) => rejects(unitLosses(loss), limit),
    upperBound(loss, from, step) {
      // The same argument as for thresholds: limits in a fixed order, up to the first that is not rejected.
      const limits = Math.floor((from + 1) / step);
      const losses = unitLosses(loss);
      let accepted = 0;
      while (accepted < limits && rejects(losses, from - (accepted + 1) * step)) accepted += 1;
      return from - accepted * step;
    },
  };
}

function sum(column: Float64Array): number {
  let total = 0;
  for (const one of column) total += one;
  return total;
}

/** Place of the unit of each record in a shuffled order. */
function shuffledPlaces(units: ArrayLike<number>, seed: number): Uint32Array {
  const count = Array.from(units).reduce((most, unit) => Math.max(most, unit + 1), 0);
  const placeOf = shuffled(
    Uint32Array.from({ length: count }, (_, unit) => unit),
    seededRandom(seed),
  );
  return Uint32Array.from(units, (unit) => placeOf[unit] as number);
}
