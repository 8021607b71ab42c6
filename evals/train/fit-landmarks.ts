import { mean, solveCholesky } from "../../src/loop/statistics/index.ts";
import { STRUCTURE } from "../../src/router/classifiers/inner.ts";
import {
  type Bumps,
  bump,
  createProjection,
  DIMENSIONS,
  type Examples,
  type Latent,
  logistic,
  logit,
  PLACE,
  writePlace,
} from "../../src/router/classifiers/trained/inner.ts";

/** Penalty of the squared norm of a function. */
const penalty = 1;
/** Rounds of the fit; more change no order. */
const rounds = 6;

/** Places of landmarks, and how high the bump of each is at every example, one example after the other. */
export interface Ground {
  readonly landmarks: Float64Array;
  readonly heights: Float64Array;
}

/** Computes the places of all examples, one after the other. */
export function placesOf(examples: Examples, latent: Latent): Float64Array {
  const { count, starts, buckets, structure } = examples;
  const project = createProjection(latent);
  const direction = new Float32Array(DIMENSIONS);
  const places = new Float64Array(count * PLACE);
  for (let row = 0; row < count; row += 1) {
    const own = buckets.subarray(starts[row], starts[row + 1]);
    project({ buckets: own, bucketCount: own.length }, direction);
    const from = row * STRUCTURE.length;
    writePlace(structure.subarray(from, from + STRUCTURE.length), direction, places, row * PLACE);
  }
  return places;
}

/** Computes the height of each landmark's bump at every place. */
export function groundOf(landmarks: Float64Array, places: Float64Array): Ground {
  const count = landmarks.length / PLACE;
  const heights = new Float64Array((places.length / PLACE) * count);
  for (let from = 0, at = 0; from < places.length; from += PLACE) {
    const place = places.subarray(from, from + PLACE);
    for (let landmark = 0; landmark < count; landmark += 1, at += 1)
      heights[at] = bump(landmarks, landmark * PLACE, place);
  }
  return { landmarks, heights };
}

/**
 * Fits the heights of bumps to the qualities of each model: logistic regression with the quality as a soft label, by
 * Newton's method with the bound 1/4 for all curvatures (Böhning & Lindsay 1988), which makes one matrix serve all
 * rounds and models. `targets` of each model by position in `rows`.
 */
export function fitBumps(
  { landmarks, heights }: Ground,
  rows: Uint32Array,
  targets: readonly Float64Array[],
): readonly Bumps[] {
  const { heights: norm } = groundOf(landmarks, landmarks);
  const size = landmarks.length / PLACE;
  const bound = productsOf(heights, rows, size);
  for (let at = 0; at < bound.length; at += 1)
    bound[at] = (bound[at] as number) / 4 + penalty * (norm[at] as number);
  // Landmarks that are almost alike must not make it singular.
  for (let at = 0; at < bound.length; at += size + 1) bound[at] = (bound[at] as number) + 1e-6;
  const lines = (): Float64Array[] =>
    Array.from({ length: size }, (_, at) => bound.slice(at * size, (at + 1) * size));
  return targets.map((quality) => {
    const bias = logit(mean(quality));
    const weights = new Float64Array(size);
    for (let round = 0; round < rounds; round += 1) {
      const gradient = new Float64Array(size);
      for (let at = 0; at < size; at += 1) gradient[at] = -penalty * heightOf(weights, norm, at * size);
      for (let index = 0; index < rows.length; index += 1) {
        const from = (rows[index] as number) * size;
        const error = (quality[index] as number) - logistic(bias + heightOf(weights, heights, from));
        for (let at = 0; at < size; at += 1)
          gradient[at] = (gradient[at] as number) + error * (heights[from + at] as number);
      }
      const change = solveCholesky(lines(), gradient);
      for (let at = 0; at < size; at += 1) weights[at] = (weights[at] as number) + (change[at] as number);
    }
    return { weights: weights.map(Math.fround), bias };
  });
}

/** Height of the sum of bumps at the example whose heights begin at `from`. */
export function heightOf(weights: Float64Array, heights: Float64Array, from: number): number {
  let sum = 0;
  for (let at = 0; at < weights.length; at += 1)
    sum += (weights[at] as number) * (heights[from + at] as number);
  return sum;
}

/** Sums the products of heights over the rows: the lower triangle of H'H. */
function productsOf(heights: Float64Array, rows: Uint32Array, size: number): Float64Array {
  const sums = new Float64Array(size * size);
  for (const row of rows) {
    const from = row * size;
    for (let at = 0; at < size; at += 1) {
      const height = heights[from + at] as number;
      const line = at * size;
      for (let other = 0; other <= at; other += 1)
        sums[line + other] = (sums[line + other] as number) + height * (heights[from + other] as number);
    }
  }
  return sums;
}
