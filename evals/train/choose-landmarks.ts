import { shuffled } from "../../src/loop/statistics/index.ts";
import { PLACE } from "../../src/router/classifiers/trained/inner.ts";

/** Most landmarks. Each costs 44 multiplications in every decision. */
const mostLandmarks = 48;
/** Most places that are read: more change the groups little. */
const mostPlaces = 2_000;
const rounds = 6;

/**
 * Chooses landmarks: the middles of groups of places, by k-means (Lloyd 1982) from a start with far places (k-means++,
 * Arthur & Vassilvitskii 2007). Of length 1, as places are. Fewer where fewer places differ. Uses no quality.
 * Deterministic for a seed.
 */
export function chooseLandmarks(places: Float64Array, random: () => number): Float64Array {
  const all = Uint32Array.from({ length: places.length / PLACE }, (_, row) => row);
  const drawn = all.length > mostPlaces ? shuffled(all, random).subarray(0, mostPlaces) : all;
  const read = Array.from(drawn, (row) => places.subarray(row * PLACE, (row + 1) * PLACE));
  let middles = farPlaces(read, random);
  for (let round = 0; round < rounds; round += 1) middles = middlesOf(read, middles);
  // In the precision of the file.
  return Float64Array.from(middles.flatMap((middle) => Array.from(ofLengthOne(middle), Math.fround)));
}

/** Draws places, each in proportion to the square of its distance to those drawn before. */
function farPlaces(places: readonly Float64Array[], random: () => number): Float64Array[] {
  const chosen: Float64Array[] = [];
  const distances = new Float64Array(places.length).fill(1);
  while (chosen.length < mostLandmarks) {
    const whole = distances.reduce((sum, distance) => sum + distance, 0);
    if (!(whole > 1e-9)) break;
    let rest = random() * whole;
    let next = 0;
    while (next < places.length - 1 && rest >= (distances[next] as number)) {
      rest -= distances[next] as number;
      next += 1;
    }
    const place = places[next] as Float64Array;
    chosen.push(place);
    places.forEach((other, index) => {
      const distance = distanceOf(other, place);
      if (chosen.length === 1 || distance < (distances[index] as number)) distances[index] = distance;
    });
  }
  return chosen;
}

/** Means of the places that are nearest to each of the middles; one that has none stays where it is. */
function middlesOf(places: readonly Float64Array[], middles: readonly Float64Array[]): Float64Array[] {
  const sums = middles.map(() => new Float64Array(PLACE));
  const counts = new Uint32Array(middles.length);
  for (const place of places) {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let index = 0; index < middles.length; index += 1) {
      const distance = distanceOf(place, middles[index] as Float64Array);
      if (distance >= least) continue;
      nearest = index;
      least = distance;
    }
    counts[nearest] = (counts[nearest] as number) + 1;
    const sum = sums[nearest] as Float64Array;
    for (let at = 0; at < PLACE; at += 1) sum[at] = (sum[at] as number) + (place[at] as number);
  }
  return middles.map((middle, index) => {
    const count = counts[index] as number;
    return count === 0 ? middle : (sums[index] as Float64Array).map((value) => value / count);
  });
}

function distanceOf(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < PLACE; at += 1) sum += ((a[at] as number) - (b[at] as number)) ** 2;
  return sum;
}

function ofLengthOne(place: Float64Array): Float64Array {
  const length = Math.sqrt(place.reduce((sum, value) => sum + value ** 2, 0));
  return length > 0 ? place.map((value) => value / length) : place;
}
