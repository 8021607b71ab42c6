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
  let total = 0;
  return {
    begin(given) {
      known.clear();
      weights = given as typeof weights;
      total = 0;
      for (const weight of weights) total += weight;
    },
    of(column) {
      if (column === undefined) return undefined;
      if (known.has(column)) return known.get(column);
      const mean = total === 0 ? undefined : sumOf(column, weights) / total;
      known.set(column, mean);
      return mean;
    },
  };
}

function sumOf(column: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < column.length; index += 1)
    sum += (weights[index] as number) * (column[index] as number);
  return sum;
}
