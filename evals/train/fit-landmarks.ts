import { STRUCTURE } from "../../src/classifiers/read-features.ts";
import type { Examples } from "../../src/classifiers/trained/examples.ts";
import { bump, type Landmarks, PLACE, writePlace } from "../../src/classifiers/trained/landmarks.ts";
import { createProjection, DIMENSIONS, type Latent } from "../../src/classifiers/trained/latent.ts";
import { solveCholesky } from "../../src/statistics/fit-ridge.ts";
import { mean } from "../../src/statistics/mean.ts";
import { shuffled } from "../../src/statistics/shuffled.ts";

/** Most landmarks. Each costs 44 multiplications in every decision. */
const mostLandmarks = 48;
/** Penalty of a weight, in examples. */
const penalty = 1;

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

/**
 * Fits landmarks, which are some of the rows drawn with `random`, to the gains of the rows: ridge regression on
 * the heights of their bumps, by the Cholesky factor of the normal equations. `gains` by position in `rows`.
 */
export function fitLandmarks(
  places: Float64Array,
  rows: Uint32Array,
  gains: Float64Array,
  random: () => number,
): Landmarks {
  const drawn = shuffled(rows, random).subarray(0, mostLandmarks);
  // In the precision of the file.
  const chosen = new Float64Array(drawn.length * PLACE);
  drawn.forEach((row, index) => {
    chosen.set(places.subarray(row * PLACE, (row + 1) * PLACE).map(Math.fround), index * PLACE);
  });
  const bias = mean(gains);
  const matrix = Array.from(drawn, (_, at) => {
    const line = new Float64Array(drawn.length);
    line[at] = penalty;
    return line;
  });
  const right = new Float64Array(drawn.length);
  const heights = new Float64Array(drawn.length);
  rows.forEach((row, index) => {
    const place = places.subarray(row * PLACE, (row + 1) * PLACE);
    for (let at = 0; at < heights.length; at += 1) heights[at] = bump(chosen, at * PLACE, place);
    const distance = (gains[index] as number) - bias;
    for (let at = 0; at < heights.length; at += 1) {
      const line = matrix[at] as Float64Array;
      const height = heights[at] as number;
      right[at] = (right[at] as number) + height * distance;
      for (let other = 0; other <= at; other += 1)
        line[other] = (line[other] as number) + height * (heights[other] as number);
    }
  });
  return { places: chosen, weights: solveCholesky(matrix, right).map(Math.fround), bias };
}
