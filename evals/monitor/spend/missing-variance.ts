/** Sums over the large model's own answers: how far their costs are from the predicted ones. */
export interface ErrorSums {
  /** Squares of the errors, and of the predicted costs of the output, each by its weight: those of all requests. */
  errors: number;
  predicted: number;
  /** Each by the square of its weight: what these answers add to the variance of the sum, and to its scale. */
  weightedErrors: number;
  weightedPredicted: number;
}

export function noErrors(): ErrorSums {
  return { errors: 0, predicted: 0, weightedErrors: 0, weightedPredicted: 0 };
}

export function addError(sums: ErrorSums, weight: number, error: number, predicted: number): void {
  const square = weight * weight;
  sums.errors += weight * error * error;
  sums.predicted += weight * predicted * predicted;
  sums.weightedErrors += square * error * error;
  sums.weightedPredicted += square * predicted * predicted;
}

/**
 * Returns the variance that the sum of weighted errors has by all answers beyond what it shows itself, at least 0. A few answers
 * of large weight carry that sum. A log in which these lack the long ones by luck has too low a sum, and looks sure of
 * it; all answers, which count by weight and not by its square, say better how far from its prediction one usually is.
 */
export function missingVariance({ errors, predicted, weightedErrors, weightedPredicted }: ErrorSums): number {
  return predicted > 0 ? Math.max(0, (errors / predicted) * weightedPredicted - weightedErrors) : 0;
}
