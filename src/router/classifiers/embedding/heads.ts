import { logistic } from "../trained/quality-curve.ts";

/** Estimates the quality of each model for a centred vector, in [0, 1]. */
export type Head = (vector: Float32Array) => Float64Array;

/** Scales the vector to length 1, subtracts `center` and scales again; all zeros if nothing is left. */
export function centred(vector: ArrayLike<number>, center: ArrayLike<number>): Float32Array {
  const direction = unit(vector);
  for (let at = 0; at < direction.length; at += 1)
    direction[at] = (direction[at] as number) - (center[at] as number);
  return unit(direction);
}

export function unit(vector: ArrayLike<number>): Float32Array {
  // Divided by the largest first, since squares of very large numbers are infinite.
  let largest = 0;
  for (let at = 0; at < vector.length; at += 1) largest = Math.max(largest, Math.abs(vector[at] as number));
  const result = new Float32Array(vector.length);
  if (largest === 0) return result;
  let squares = 0;
  for (let at = 0; at < vector.length; at += 1) squares += ((vector[at] as number) / largest) ** 2;
  const scale = Math.sqrt(squares);
  for (let at = 0; at < vector.length; at += 1) result[at] = (vector[at] as number) / largest / scale;
  return result;
}

export interface Examples {
  readonly dimensions: number;
  /** Centred vectors, one after the other, each with its own scale. */
  readonly vectors: Int8Array;
  /** Quality by example and model. */
  readonly quality: ArrayLike<number>;
  readonly models: number;
}

/** Estimates by the mean quality of the `k` examples with the largest cosine; on ties the earlier ones. */
export function neighboursHead(
  examples: Examples,
  k: number,
): (vector: Float32Array, leaveOut?: number) => Float64Array {
  const { dimensions, vectors, quality, models } = examples;
  const count = vectors.length / dimensions;
  const lengths = Float64Array.from({ length: count }, (_, index) => {
    let squares = 0;
    for (let at = index * dimensions; at < (index + 1) * dimensions; at += 1)
      squares += (vectors[at] as number) ** 2;
    return Math.sqrt(squares) || 1;
  });

  return (vector, leaveOut = -1) => {
    const nearest: { readonly cosine: number; readonly index: number }[] = [];
    for (let index = 0; index < count; index += 1) {
      if (index === leaveOut) continue;
      let dot = 0;
      const offset = index * dimensions;
      for (let at = 0; at < dimensions; at += 1)
        dot += (vector[at] as number) * (vectors[offset + at] as number);
      const cosine = dot / (lengths[index] as number);
      if (nearest.length === k && cosine <= (nearest[k - 1]?.cosine ?? 0)) continue;
      let place = nearest.length;
      while (place > 0 && (nearest[place - 1]?.cosine ?? 0) < cosine) place -= 1;
      nearest.splice(place, 0, { cosine, index });
      if (nearest.length > k) nearest.pop();
    }
    const means = new Float64Array(models);
    for (const { index } of nearest)
      for (let model = 0; model < models; model += 1)
        means[model] = (means[model] as number) + (quality[index * models + model] as number);
    return means.map((sum) => sum / nearest.length);
  };
}

/** Estimates by one logistic regression per model, given as weights with the bias last. */
export function logisticHead(weights: readonly ArrayLike<number>[]): Head {
  return (vector) => Float64Array.from(weights, (one) => logistic(linear(one, vector)));
}

/** Fits a logistic regression of `labels` (0 or 1) on `rows`, by accelerated gradient descent from zero. */
export function fitLogistic(rows: readonly Float32Array[], labels: ArrayLike<number>): Float64Array {
  const dimensions = rows[0]?.length ?? 0;
  const penalty = 1 / rows.length;
  // Rows have length 1 and the bias input is 1, so the curvature is at most 2 / 4 plus the penalty.
  const step = 1 / (0.5 + penalty);
  let weights = new Float64Array(dimensions + 1);
  let ahead = weights;
  for (let iteration = 1; iteration <= iterations; iteration += 1) {
    const gradient = new Float64Array(dimensions + 1);
    for (const [index, row] of rows.entries()) {
      const error = (logistic(linear(ahead, row)) - (labels[index] as number)) / rows.length;
      for (let at = 0; at < dimensions; at += 1)
        gradient[at] = (gradient[at] as number) + error * (row[at] as number);
      gradient[dimensions] = (gradient[dimensions] as number) + error;
    }
    const next = ahead.map(
      (weight, at) => weight - step * ((gradient[at] as number) + (at < dimensions ? penalty * weight : 0)),
    );
    const momentum = (iteration - 1) / (iteration + 2);
    const previous = weights;
    ahead = next.map((weight, at) => weight + momentum * (weight - (previous[at] as number)));
    weights = next;
  }
  return weights;
}

const iterations = 150;

function linear(weights: ArrayLike<number>, row: Float32Array): number {
  let sum = weights[row.length] as number;
  for (let at = 0; at < row.length; at += 1) sum += (weights[at] as number) * (row[at] as number);
  return sum;
}

/** Quantises the vector to 8 bits with its own scale, on which a cosine does not depend. */
export function quantised(vector: Float32Array): Int8Array {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Int8Array.from(vector, (value) => (largest === 0 ? 0 : Math.round((value / largest) * 127)));
}
