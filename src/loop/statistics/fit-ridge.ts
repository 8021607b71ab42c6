/** Prediction from features in the layout of the training rows. */
export type Regression = (features: Float64Array) => number;

/** Penalty of a weight, in rows; features are standardised. */
const usualPenalty = 10;

/** Fitted weights. `slopes` are per deviation; a feature that does not vary has deviation Infinity and slope 0. */
export interface Ridge {
  readonly intercept: number;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  readonly slopes: Float64Array;
}

/**
 * Fits a ridge regression with an intercept that is not penalised (Hoerl & Kennard 1970), by the Cholesky
 * factor of the normal equations: O(rows · features²). Features are standardised; one that does not vary is
 * ignored. NaN marks an unknown feature and counts as its mean. Predictions stay within the range of the
 * rewards that were seen. Needs at least one row.
 */
export function fitRidge(rows: readonly Float64Array[], rewards: ArrayLike<number>): Regression {
  const { intercept, means, deviations, slopes } = ridgeOf(rows, rewards);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows.length; row += 1) {
    const reward = rewards[row] as number;
    low = Math.min(low, reward);
    high = Math.max(high, reward);
  }
  const perUnit = slopes.map((slope, at) => slope / (deviations[at] as number));
  return (features) => {
    let sum = intercept;
    for (let at = 0; at < perUnit.length; at += 1) {
      const value = features[at] as number;
      if (!Number.isNaN(value)) sum += (value - (means[at] as number)) * (perUnit[at] as number);
    }
    return Math.max(low, Math.min(high, sum));
  };
}

/** Fits the weights of the same regression. `penalty` is that of a weight, in rows. Default 10. */
export function ridgeOf(
  rows: readonly Float64Array[],
  rewards: ArrayLike<number>,
  penalty: number = usualPenalty,
): Ridge {
  const width = rows[0]?.length ?? 0;
  const { means, deviations } = momentsOf(rows, width);
  const scaled = (features: Float64Array): Float64Array =>
    features.map((value, at) =>
      Number.isNaN(value) ? 0 : (value - (means[at] as number)) / (deviations[at] as number),
    );
  let intercept = 0;
  for (let row = 0; row < rows.length; row += 1) intercept += (rewards[row] as number) / rows.length;

  const matrix = Array.from({ length: width }, (_, at) => {
    const line = new Float64Array(width);
    line[at] = penalty;
    return line;
  });
  const right = new Float64Array(width);
  rows.forEach((features, row) => {
    const values = scaled(features);
    const distance = (rewards[row] as number) - intercept;
    for (let at = 0; at < width; at += 1) {
      const value = values[at] as number;
      if (value === 0) continue;
      const line = matrix[at] as Float64Array;
      right[at] = (right[at] as number) + value * distance;
      for (let other = 0; other <= at; other += 1)
        line[other] = (line[other] as number) + value * (values[other] as number);
    }
  });
  return { intercept, means, deviations, slopes: solveCholesky(matrix, right) };
}

function momentsOf(rows: readonly Float64Array[], width: number) {
  const means = new Float64Array(width);
  const deviations = new Float64Array(width);
  for (let at = 0; at < width; at += 1) {
    let known = 0;
    let sum = 0;
    for (const features of rows) {
      const value = features[at] as number;
      if (Number.isNaN(value)) continue;
      known += 1;
      sum += value;
    }
    const mean = known === 0 ? 0 : sum / known;
    let squares = 0;
    for (const features of rows) {
      const value = features[at] as number;
      if (!Number.isNaN(value)) squares += (value - mean) ** 2;
    }
    const varies = squares > 1e-12 * known * (1 + mean * mean);
    means[at] = mean;
    // A feature that does not vary here must have no effect, whatever its value later.
    deviations[at] = varies ? Math.sqrt(squares / known) : Number.POSITIVE_INFINITY;
  }
  return { means, deviations };
}

/** Solves A x = b for a symmetric positive definite A, given as its lower triangle, which is overwritten. */
export function solveCholesky(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const solution = right.slice();
  const cell = (row: number, column: number): number => (matrix[row] as Float64Array)[column] as number;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = cell(row, column);
      for (let at = 0; at < column; at += 1) sum -= cell(row, at) * cell(column, at);
      (matrix[row] as Float64Array)[column] = row === column ? Math.sqrt(sum) : sum / cell(column, column);
    }
    let sum = solution[row] as number;
    for (let at = 0; at < row; at += 1) sum -= cell(row, at) * (solution[at] as number);
    solution[row] = sum / cell(row, row);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = solution[row] as number;
    for (let at = row + 1; at < size; at += 1) sum -= cell(at, row) * (solution[at] as number);
    solution[row] = sum / cell(row, row);
  }
  return solution;
}
