import { meanError, tInterval, unitValues } from "../../../src/loop/statistics/index.ts";
import type { Measured } from "../../tune/baseline.ts";

/** Change of a mean since the tuning, and how surely it is one. */
export interface MeasuredChange {
  /** Records that were compared, and the independent units among them. */
  readonly records: number;
  readonly units: number;
  readonly before: number;
  readonly now: number;
  /** Now minus before. */
  readonly change: number;
  readonly error: number;
  /** Level of the test: largest probability of a false alarm. */
  readonly level: number;
  /** True if chance does not explain a change in the direction that is tested. */
  readonly isSure: boolean;
  /** Change that this test finds in nine of ten runs. */
  readonly smallest: number;
}

/** Thing that the certificate recorded and that fresh outcomes are compared by. */
export type ChangeName = "small" | "large" | "loss" | "largeCallRate" | "costUsd" | "skipped";

/** Changes by kind of evidence: the same records once more, and other ones. */
export interface Changes {
  readonly paired?: MeasuredChange | undefined;
  readonly others?: MeasuredChange | undefined;
}

/** Fewest independent units on either side for a test of means. */
const fewestUnits = 30;

export interface ChangeOptions {
  /** Change that is feared: 1 for a rise, -1 for a fall, 0 for either. */
  readonly direction: 1 | -1 | 0;
  readonly level: number;
  /** Size of one observation that was not seen, for means in [0, 1]: guards against rare events. */
  readonly guard?: number | undefined;
}

/** Compares other records with those tuned on. `undefined` if there are too few. */
export async function changeOfMean(
  values: Float64Array,
  units: Uint32Array,
  before: Measured & { readonly units: number },
  options: ChangeOptions,
): Promise<MeasuredChange | undefined> {
  if (values.length === 0) return undefined;
  const now = meanError(unitValues(values, units));
  if (now.values < fewestUnits || before.units < fewestUnits) return undefined;
  const { guard = 0 } = options;
  const error = Math.hypot(now.standardError, before.error, guard / now.values, guard / before.units);
  const sizes = { records: values.length, units: now.values };
  return tested({ ...sizes, before: before.mean, now: now.mean, error }, options);
}

/** Compares the same records, each with itself. `undefined` if there are too few. */
export async function changeOfPairs(
  now: Float64Array,
  before: Float64Array,
  units: Uint32Array,
  options: ChangeOptions,
): Promise<MeasuredChange | undefined> {
  if (now.length === 0) return undefined;
  const differences = meanError(
    unitValues(
      now.map((value, at) => value - (before[at] as number)),
      units,
    ),
  );
  if (differences.values < fewestUnits) return undefined;
  // Two changes more than were seen: with few changes a test of large numbers is too sure.
  const error = Math.hypot(
    differences.standardError,
    (Math.SQRT2 * (options.guard ?? 0)) / differences.values,
  );
  const meanOf = (column: Float64Array): number => meanError(column).mean;
  return tested(
    { records: now.length, units: differences.values, before: meanOf(before), now: meanOf(now), error },
    options,
  );
}

/** Share of the runs in which the smallest change is found. */
const power = 0.9;

async function tested(
  found: Pick<MeasuredChange, "records" | "units" | "before" | "now" | "error">,
  { direction, level }: ChangeOptions,
): Promise<MeasuredChange> {
  const { units, before, now, error } = found;
  const change = now - before;
  const quantile = async (tail: number): Promise<number> =>
    (await tInterval({ values: units, mean: 0, standardError: 1 }, 1 - 2 * tail)).high;
  const limit = await quantile(direction === 0 ? level / 2 : level);
  const size = direction === 0 ? Math.abs(change) : direction * change;
  return {
    ...found,
    change,
    level,
    isSure: error > 0 ? size > limit * error : size > 0,
    smallest: (limit + (await quantile(1 - power))) * error,
  };
}
