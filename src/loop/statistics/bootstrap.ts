import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { seededRandom } from "./seeded-random.ts";

/** A value with its bootstrap interval. Without an interval there are too few records for one. */
export interface Estimate {
  readonly value: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export interface BootstrapOptions {
  /** Groups by record: records of one group are drawn together. Default: each record by itself. */
  readonly groups?: readonly string[] | undefined;
  /** Number of resamples. Default 1,000. */
  readonly resamples?: number | undefined;
  /** Seed of the draws, a whole number in [0, 2^32). Default 1. */
  readonly seed?: number | undefined;
  /** Confidence of the intervals, in (0, 1). Default 0.95. */
  readonly confidence?: number | undefined;
}

export const bootstrapOptions: OptionTable<BootstrapOptions, "groups"> = {
  groups: { is: "any", expected: "the groups of the records", optional: true },
  resamples: { is: "number", min: 1, max: 1_000_000, integer: true, default: 1_000 },
  seed: { is: "number", min: 0, max: 0xffff_ffff, integer: true, default: 1 },
  confidence: { is: "share", above: 0, below: 1, default: 0.95 },
};

/** Numbers computed from weighted records; `undefined` for one that is not defined. */
export type Statistics<Name extends string> = Readonly<Record<Name, number | undefined>>;

/**
 * Computes percentile bootstrap intervals (Efron & Tibshirani 1993, chapter 13): draws as many groups as
 * there are, with replacement, and takes the quantiles of each statistic over the resamples. All statistics
 * see the same resamples. A resample is given as weights (how often each record was drawn), so sorted data
 * stays sorted and a call of `statistics` costs O(records). A first call with weights of 1 gives the value
 * itself. The array is reused: do not keep it.
 *
 * An undefined statistic has no estimate. A statistic that is undefined in more than `1 - confidence` of the
 * resamples (a gap between two models, on few records) has no interval, and with a single group none has.
 */
export async function bootstrap<Name extends string>(
  records: number,
  statistics: (weights: Float64Array) => Statistics<Name>,
  options: BootstrapOptions = {},
): Promise<Readonly<Record<Name, Estimate | undefined>>> {
  const [estimates] = await bootstrapRows(records, (weights) => [statistics(weights)], options);
  return estimates as Readonly<Record<Name, Estimate | undefined>>;
}

/**
 * Does the same for several rows on the same resamples, which are drawn once: `statistics` returns those of each
 * row, always as many. The result has the estimates of each row.
 */
export async function bootstrapRows<Name extends string>(
  records: number,
  statistics: (weights: Float64Array) => readonly Statistics<Name>[],
  options: BootstrapOptions = {},
): Promise<readonly Readonly<Record<Name, Estimate | undefined>>[]> {
  const { groups, resamples, seed, confidence } = readOptions("bootstrap", bootstrapOptions, options);
  const { quantileSorted } = await import("simple-statistics");
  const random = seededRandom(seed);
  const weights = new Float64Array(records).fill(1);
  const rows = statistics(weights).map((values) => {
    const names = Object.keys(values) as Name[];
    return { values, names, samples: names.map((): number[] => []) };
  });

  const draw = resampler(records, groups, random);
  for (let resample = 0; resample < resamples; resample += 1) {
    draw(weights);
    for (const [at, drawn] of statistics(weights).entries()) {
      const row = rows[at];
      row?.names.forEach((name, index) => {
        const value = drawn[name];
        if (value !== undefined) row.samples[index]?.push(value);
      });
    }
  }

  const isAlone = (groups === undefined ? records : new Set(groups).size) < 2;
  const tail = (1 - confidence) / 2;
  const estimate = (value: number | undefined, sample: number[]): Estimate | undefined => {
    if (value === undefined) return undefined;
    if (isAlone || sample.length < resamples * confidence) return { value, low: undefined, high: undefined };
    sample.sort((a, b) => a - b);
    return { value, low: quantileSorted(sample, tail), high: quantileSorted(sample, 1 - tail) };
  };
  return rows.map(({ values, names, samples }) => {
    const estimates = names.map(
      (name, index) => [name, estimate(values[name], samples[index] ?? [])] as const,
    );
    return Object.fromEntries(estimates) as Record<Name, Estimate | undefined>;
  });
}

/** Returns a function that fills `weights` with the counts of one resample. */
function resampler(
  records: number,
  groups: readonly string[] | undefined,
  random: () => number,
): (weights: Float64Array) => void {
  const numbers = new Map<string, number>();
  const groupOf = Uint32Array.from({ length: records }, (_, index) => {
    const group = groups === undefined ? String(index) : (groups[index] ?? String(index));
    const known = numbers.get(group);
    if (known !== undefined) return known;
    numbers.set(group, numbers.size);
    return numbers.size - 1;
  });
  const counts = new Float64Array(numbers.size);
  return (weights) => {
    counts.fill(0);
    for (let drawn = 0; drawn < counts.length; drawn += 1) {
      const group = Math.floor(random() * counts.length);
      counts[group] = (counts[group] as number) + 1;
    }
    for (let index = 0; index < records; index += 1) {
      weights[index] = counts[groupOf[index] as number] as number;
    }
  };
}
