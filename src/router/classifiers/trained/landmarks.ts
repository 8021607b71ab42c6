import { STRUCTURE } from "../read-features.ts";
import { decodeColumn, encodeColumn } from "./columns.ts";
import { DIMENSIONS } from "./latent.ts";
import { logistic } from "./quality-curve.ts";
import type { StoredBumps, StoredLandmarks } from "./trained-file.ts";

/**
 * A smooth function of the place of an ask among others: how much likelier the large model is right than the small
 * one, each by a sum of bumps around the middles of groups of training examples (kernel logistic regression in its
 * Nyström form, Williams & Seeger 2001). Takes the place of a search for neighbours, whose time grows with the
 * number of examples.
 */
export interface Landmarks {
  /** Positions, `PLACE` numbers each. In numbers of 64 bits, which are read without a conversion. */
  readonly places: Float64Array;
  readonly small: Bumps;
  readonly large: Bumps;
}

/** The logit of a model's quality: a bias, and the height of each landmark's bump. */
export interface Bumps {
  readonly weights: Float64Array;
  readonly bias: number;
}

const structureLength = 4 * Math.ceil(STRUCTURE.length / 4);
/** Length of a place: structure, padded so that four numbers are read at a time, then the latent direction. */
export const PLACE: number = structureLength + DIMENSIONS;
/** Share of structure in the similarity of two places, which is at most 1; words have the rest. */
const structureShare = 0.5;
/** Steepness of a bump: e^(sharpness * (similarity - 1)). */
const sharpness = 4;

/** Writes the place of an ask into `into` from `at` on: directions of its structure and of its words. */
export function writePlace(
  structure: Float32Array,
  direction: Float32Array,
  into: Float64Array,
  at = 0,
): void {
  let squares = 0;
  for (let index = 0; index < STRUCTURE.length; index += 1) squares += (structure[index] as number) ** 2;
  const factor = squares === 0 ? 0 : Math.sqrt(structureShare / squares);
  for (let index = 0; index < STRUCTURE.length; index += 1)
    into[at + index] = (structure[index] as number) * factor;
  const own = Math.sqrt(1 - structureShare);
  for (let index = 0; index < DIMENSIONS; index += 1)
    into[at + structureLength + index] = (direction[index] as number) * own;
}

/** The height of the bump of the landmark at `from` in `places`, at the place of an ask. */
export function bump(places: Float64Array, from: number, place: Float64Array): number {
  // Two sums, since each addition waits for the one before it.
  let even = 0;
  let odd = 0;
  for (let index = 0, at = from; index < PLACE; index += 4, at += 4) {
    even +=
      (places[at] as number) * (place[index] as number) +
      (places[at + 2] as number) * (place[index + 2] as number);
    odd +=
      (places[at + 1] as number) * (place[index + 1] as number) +
      (places[at + 3] as number) * (place[index + 3] as number);
  }
  return Math.exp(sharpness * (even + odd - 1));
}

export function landmarksValue({ places, small, large }: Landmarks, place: Float64Array): number {
  let ofSmall = small.bias;
  let ofLarge = large.bias;
  for (let index = 0; index < small.weights.length; index += 1) {
    const height = bump(places, index * PLACE, place);
    ofSmall += (small.weights[index] as number) * height;
    ofLarge += (large.weights[index] as number) * height;
  }
  return logistic(ofLarge) - logistic(ofSmall);
}

export function encodeLandmarks({ places, small, large }: Landmarks): StoredLandmarks {
  const stored = ({ weights, bias }: Bumps): StoredBumps => ({
    weights: encodeColumn(Float32Array.from(weights)),
    bias,
  });
  return {
    count: small.weights.length,
    places: encodeColumn(Float32Array.from(places)),
    small: stored(small),
    large: stored(large),
  };
}

/** Decodes landmarks; `undefined` if the columns do not have the stated sizes, or a number is not finite. */
export function decodeLandmarks(stored: StoredLandmarks): Landmarks | undefined {
  const { count } = stored;
  const finite = (column: Float32Array | undefined): Float64Array | undefined =>
    column?.every(Number.isFinite) ? Float64Array.from(column) : undefined;
  const bumps = ({ weights: column, bias }: StoredBumps): Bumps | undefined => {
    const weights = finite(decodeColumn(column, Float32Array, count));
    return weights && { weights, bias };
  };
  const places = finite(decodeColumn(stored.places, Float32Array, count * PLACE));
  const [small, large] = [bumps(stored.small), bumps(stored.large)];
  return places && small && large && { places, small, large };
}
