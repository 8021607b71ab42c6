import { weightedMean } from "../../src/statistics/weighted-mean.ts";

/** Means of columns over the weights of one resample. Rows share columns, so each is summed once. */
export interface Means {
  /** Begins a resample. */
  begin(weights: Float64Array): void;
  /** Returns the weighted mean of a column; undefined without one, or without weight. */
  of(column: Float64Array | undefined): number | undefined;
}

export function createMeans(): Means {
  const known = new Map<Float64Array, number | undefined>();
  let weights = new Float64Array();
  return {
    begin(given) {
      known.clear();
      weights = given as typeof weights;
    },
    of(column) {
      if (column === undefined) return undefined;
      if (known.has(column)) return known.get(column);
      const mean = weightedMean(column, weights);
      known.set(column, mean);
      return mean;
    },
  };
}
