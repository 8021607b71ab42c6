import { STRUCTURE } from "../read-features.ts";
import { decodeColumn, encodeColumn } from "./columns.ts";
import { DIMENSIONS } from "./latent.ts";
import type { StoredLandmarks } from "./trained-file.ts";

/**
 * A smooth function of the place of an ask among others: a sum of bumps around some training examples
 * (Nyström form of kernel ridge regression, Williams & Seeger 2001). Takes the place of a search for
 * neighbours, whose time grows with the number of examples.
 */
export interface Landmarks {
  /** Positions, `PLACE` numbers each. In numbers of 64 bits, which are read without a conversion. */
  readonly places: Float64Array;
  /** Height of each bump. */
  readonly weights: Float64Array;
  readonly bias: number;
}

const structureLength = 4 * Math.ceil(STRUCTURE.length / 4);
/** Length of a place: structure, padded so that four numbers are read at a time, then the latent direction. */
export const PLACE: number = structureLength + DIMENSIONS;
/** Share of structure in the similarity of two places, which is at most 1; words have the rest. */
const structureShare = 0.5;
/** Steepness of a bump: e^(sharpness * (similarity - 1)). */
const sharpness = 3;

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

export function landmarksValue({ places, weights, bias }: Landmarks, place: Float64Array): number {
  let value = bias;
  for (let index = 0; index < weights.length; index += 1)
    value += (weights[index] as number) * bump(places, index * PLACE, place);
  return value;
}

export function encodeLandmarks({ places, weights, bias }: Landmarks): StoredLandmarks {
  return {
    count: weights.length,
    places: encodeColumn(Float32Array.from(places)),
    weights: encodeColumn(Float32Array.from(weights)),
    bias,
  };
}

/** Decodes landmarks; `undefined` if the columns do not have the stated sizes, or a number is not finite. */
export function decodeLandmarks(stored: StoredLandmarks): Landmarks | undefined {
  const { count, bias } = stored;
  const places = decodeColumn(stored.places, Float32Array, count * PLACE);
  const weights = decodeColumn(stored.weights, Float32Array, count);
  if (places === undefined || weights === undefined) return undefined;
  return places.every(Number.isFinite) && weights.every(Number.isFinite)
    ? { places: Float64Array.from(places), weights: Float64Array.from(weights), bias }
    : undefined;
}
