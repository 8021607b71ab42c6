import { InvalidOptionError } from "../../contracts/index.ts";
import { bettingPValue } from "./betting-p-value.ts";
import { gaffkePValue } from "./gaffke-p-value.ts";
import { MOST_SCORED, scoreTest } from "./score-test.ts";
import { seededRandom, shuffled } from "./seeded-random.ts";

/**
 * Loss that is bounded. `mean`: the mean of the large model's quality minus that of the routed answer; gains
 * on some requests make up for losses on others. `regressions`: the share of requests whose routed answer is
 * worse than the large model's; nothing makes up for them.
 */
export type Guarantee = "mean" | "regressions";

/**
 * Test of a mean loss. `exact`: the unconditional score test, for qualities of 0 and 1 and at most 2,000 units
 * of one record. `binomial`: the exact test of regressions of such units. `gaffke`: any qualities and units;
 * that it is valid rests on a theorem of 2026. `betting`: any, by Ville's inequality alone; its result depends
 * on the order of the units, which a seed fixes.
 */
export type LossTestName = "exact" | "binomial" | "gaffke" | "betting";

/** Tests that can be asked for. `exact` is the binomial test for regressions. */
export const LOSS_TESTS = ["exact", "gaffke", "betting"] as const;
export type AskedTest = (typeof LOSS_TESTS)[number];

/** Test of losses by record, each in [-1, 1] and, for `regressions`, 0 or 1. */
export interface LossTest {
  readonly name: LossTestName;
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
  /** True if `pValue` is at most `delta`. Faster than `pValue`. */
  rejects(loss: Float64Array, limit: number): boolean;
  /** The same for other units of the same kind. */
  rejectsUnits(units: UnitLosses, limit: number): boolean;
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
  /** True if all losses that may be tested are -1, 0 or 1. Default false: no exact test of a mean. */
  readonly isBinary?: boolean | undefined;
  /** Test to take. Default: exact if there is one, else `gaffke`. */
  readonly test?: AskedTest | undefined;
  /** Seed of the order of the units, which only bets depend on. Default 1. */
  readonly seed?: number | undefined;
  /** Number of records of a unit that count at most, at least 1. Default: those of the largest unit. */
  readonly unitCap?: number | undefined;
}

/**
 * Creates the test of a mean loss over requests. Units have different sizes, and without a limit on sizes no
 * number of units bounds the mean: a unit that is large enough outweighs all others, however rare it is. So
 * at most `unitCap` requests of a unit count: the records of a larger one weigh `unitCap / size` each. Then
 * `E[loss of a unit] / E[size] < limit` is tested as `E[Σ (loss - limit)] < 0` over the records of a unit, a
 * sum that is at most `unitCap · (1 - limit)`.
 *
 * Throws `InvalidOptionError` if an exact test is asked for where there is none.
 */
export async function lossTest(options: LossTestOptions): Promise<LossTest> {
  const { guarantee, units, delta, isBinary = false, test: asked, seed = 1, unitCap: cap } = options;
  const places = asked === "betting" ? shuffledPlaces(units, seed) : Uint32Array.from(units);
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

  const isSingle = largestUnit === 1 && unitCap === 1;
  const counts = guarantee === "regressions";
  const hasExact = isSingle && (counts || (isBinary && count <= MOST_SCORED));
  if (asked === "exact" && !hasExact)
    throw new InvalidOptionError(
      "test",
      asked,
      `absent, gaffke or betting: an exact test takes ${counts ? "" : `at most ${MOST_SCORED} records with qualities of 0 and 1, `}units of one record and a unitCap of 1`,
    );
  const name =
    asked === "betting" ? asked : asked === "gaffke" || !hasExact ? "gaffke" : counts ? "binomial" : "exact";
  if (name === "binomial") {
    const test = await loadBinomialTest();
    const pValue = (loss: Float64Array, limit: number): number => test.pValue(sum(loss), loss.length, limit);
    return {
      ...fixed,
      name,
      pValue,
      rejects: (loss, limit) => pValue(loss, limit) <= delta,
      rejectsUnits: ({ losses }, limit) => pValue(losses, limit) <= delta,
      upperBound: (loss) => test.upperBound(sum(loss), loss.length, delta),
    };
  }
  const tests: UnitTest =
    name === "exact"
      ? exactUnitTest(delta)
      : name === "gaffke"
        ? gaffkeUnitTest(unitCap, delta)
        : bettingUnitTest(unitCap, delta);
  return {
    ...fixed,
    name,
    pValue: (loss, limit) => tests.pValue(unitLosses(loss), limit),
    rejects: (loss, limit) => tests.rejects(unitLosses(loss), limit),
    rejectsUnits: tests.rejects,
    upperBound(loss, from, step) {
      const losses = unitLosses(loss);
      const isRejected = (steps: number): boolean => tests.rejects(losses, from - steps * step);
      return from - step * lastRejected(isRejected, Math.floor((from + 1) / step), tests.isMonotone);
    },
  };
}

/** Test of losses by unit. */
interface UnitTest {
  pValue(units: UnitLosses, limit: number): number;
  rejects(units: UnitLosses, limit: number): boolean;
  /** True if whatever is rejected at a limit is also rejected at all higher ones. */
  readonly isMonotone: boolean;
}

function exactUnitTest(delta: number): UnitTest {
  const of = ({ losses }: UnitLosses, limit: number) => {
    let [lost, gained] = [0, 0];
    for (const loss of losses) {
      if (loss > 0) lost += 1;
      else if (loss < 0) gained += 1;
    }
    // Drawing units (`recordsNeeded`) may take more of them than there is an exact test for.
    if (losses.length > MOST_SCORED) return undefined;
    return { test: scoreTest(losses.length, limit, delta), lost, gained };
  };
  const others = gaffkeUnitTest(1, delta);
  return {
    pValue(units, limit) {
      const found = of(units, limit);
      return found === undefined ? others.pValue(units, limit) : found.test.pValue(found.lost, found.gained);
    },
    rejects(units, limit) {
      const found = of(units, limit);
      return found === undefined
        ? others.rejects(units, limit)
        : found.test.rejects(found.lost, found.gained);
    },
    isMonotone: false,
  };
}

function gaffkeUnitTest(unitCap: number, delta: number): UnitTest {
  const pValue = (units: UnitLosses, limit: number): number =>
    gaffkePValue(excessOf(units, limit), unitCap * (1 - limit));
  // All observations fall as the limit rises.
  return { pValue, rejects: (units, limit) => pValue(units, limit) <= delta, isMonotone: true };
}

function bettingUnitTest(unitCap: number, delta: number): UnitTest {
  const bet = (units: UnitLosses, limit: number, enough?: number): number =>
    bettingPValue(excessOf(units, limit), { most: unitCap * (1 - limit), delta, limit, enough });
  return { pValue: bet, rejects: (units, limit) => bet(units, limit, delta) <= delta, isMonotone: false };
}

/** Losses by unit, less the limit for each of its records. */
function excessOf({ losses, sizes }: UnitLosses, limit: number): Float64Array {
  const excess = new Float64Array(losses.length);
  for (let unit = 0; unit < losses.length; unit += 1)
    excess[unit] = (losses[unit] as number) - limit * (sizes[unit] as number);
  return excess;
}

/**
 * Number of limits that are rejected in a row, from the first on: the same argument as for thresholds, limits
 * in a fixed order, up to the first that is not rejected. With a monotone test it is found by halving.
 */
function lastRejected(isRejected: (steps: number) => boolean, limits: number, isMonotone: boolean): number {
  if (!isMonotone) {
    let accepted = 0;
    while (accepted < limits && isRejected(accepted + 1)) accepted += 1;
    return accepted;
  }
  let [rejected, not] = [0, limits + 1];
  while (not - rejected > 1) {
    const middle = Math.floor((rejected + not) / 2);
    if (isRejected(middle)) rejected = middle;
    else not = middle;
  }
  return rejected;
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

/** Exact test of a share, for observations that are yes or no. */
export interface BinomialTest {
  /** P-value of the hypothesis that the share of events is above `limit`: `P(Binomial(n, limit) <= events)`. */
  pValue(events: number, observations: number, limit: number): number;
  /** Clopper-Pearson upper bound of the share that holds with probability `1 - delta`. */
  upperBound(events: number, observations: number, delta: number): number;
}

/** Loads the distributions that the test needs. */
export async function loadBinomialTest(): Promise<BinomialTest> {
  const [{ default: binomialCdf }, { default: betaQuantile }] = await Promise.all([
    import("@stdlib/stats-base-dists-binomial-cdf"),
    import("@stdlib/stats-base-dists-beta-quantile"),
  ]);
  return {
    pValue: (events, observations, limit) => binomialCdf(events, observations, limit),
    upperBound: (events, observations, delta) =>
      events >= observations ? 1 : betaQuantile(1 - delta, events + 1, observations - events),
  };
}
