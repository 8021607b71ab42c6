import { expect, test } from "vitest";
import { fitLandmarks, placesOf } from "../../../evals/train/fit-landmarks.ts";
import { fitLatent } from "../../../evals/train/fit-latent.ts";
import { readExamples } from "../../../evals/train/read-examples.ts";
import { length } from "../../../src/classifiers/index.ts";
import { createFeatureReader, STRUCTURE } from "../../../src/classifiers/read-features.ts";
import { landmarksValue, PLACE, writePlace } from "../../../src/classifiers/trained/landmarks.ts";
import {
  createProjection,
  DIMENSIONS,
  decodeLatent,
  encodeLatent,
} from "../../../src/classifiers/trained/latent.ts";
import { seededRandom } from "../../../src/statistics/seeded-random.ts";
import { factsOf } from "../../../src/testing/index.ts";
import { topicRecords } from "../../support/topic-records.ts";

const { examples } = await readExamples(topicRecords(200), {
  models: ["small", "large"],
  base: length(),
  text: undefined,
});
const rows = Uint32Array.from({ length: 200 }, (_, row) => row);
const latent = fitLatent(examples, rows, seededRandom(1));
const read = createFeatureReader();
const directionOf = (ask: string): Float32Array => {
  const direction = new Float32Array(DIMENSIONS);
  createProjection(latent)(read(factsOf({ ask })), direction);
  return direction;
};
const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);

test("asks about one topic point in one direction, though they share no word", () => {
  const travel = directionOf("capital river flag train hotel");
  const alike = directionOf("country island beach");
  const proofs = directionOf("lemma integral theorem prime matrix");
  expect(cosine(travel, travel)).toBeCloseTo(1, 5);
  expect(cosine(travel, alike)).toBeGreaterThan(cosine(travel, proofs) + 0.2);
});

test("an ask of unknown words has no direction, and one of 50,000 words still has length 1", () => {
  expect(Array.from(directionOf("xyzzy"))).toEqual(Array.from({ length: DIMENSIONS }, () => 0));
  const long = directionOf("capital river theorem ".repeat(50_000));
  expect(cosine(long, long)).toBeCloseTo(1, 5);
});

test("a projection adds the coordinates of all words exactly", () => {
  const own = read(factsOf({ ask: "the lemma of the river" }));
  const expected = new Float64Array(DIMENSIONS);
  for (const bucket of own.buckets.subarray(0, own.bucketCount)) {
    const index = latent.buckets.indexOf(bucket);
    if (index === -1) continue;
    for (let at = 0; at < DIMENSIONS; at += 1)
      expected[at] = (expected[at] as number) + (latent.weights[index * DIMENSIONS + at] as number);
  }
  const norm = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0));
  const direction = directionOf("the lemma of the river");
  for (const [at, value] of expected.entries()) expect(direction[at]).toBeCloseTo(value / norm, 5);
});

test("the same seed gives the same space, and a file holds it unchanged", () => {
  expect(fitLatent(examples, rows, seededRandom(1))).toEqual(latent);
  expect(decodeLatent(encodeLatent(latent))).toEqual(latent);
  expect(decodeLatent({ ...encodeLatent(latent), count: 1 })).toBeUndefined();
});

test("nothing in common is no error: places of examples without shared words are finite", async () => {
  const alone = await readExamples(
    topicRecords(60).map((record, index) => ({ ...record, prompt: String.fromCharCode(0x4e00 + index) })),
    { models: ["small", "large"], base: length(), text: undefined },
  );
  const empty = fitLatent(alone.examples, rows.subarray(0, 60), seededRandom(1));
  expect(Array.from(placesOf(alone.examples, empty)).every(Number.isFinite)).toBe(true);
});

test("landmarks learn where the large model gains, and fewer rows than landmarks are enough", () => {
  const gains = Float64Array.from(
    rows,
    (row) => (examples.quality[2 * row + 1] as number) - (examples.quality[2 * row] as number),
  );
  const places = placesOf(examples, latent);
  for (const count of [200, 20]) {
    const some = rows.subarray(0, count);
    const landmarks = fitLandmarks(places, some, gains.subarray(0, count), seededRandom(1));
    expect(landmarks.weights.length).toBe(Math.min(48, count));
    const gainOf = (ask: string): number => {
      const place = new Float64Array(PLACE);
      writePlace(new Float32Array(STRUCTURE.length), directionOf(ask), place);
      return landmarksValue(landmarks, place);
    };
    expect(gainOf("lemma theorem proof")).toBeGreaterThan(gainOf("hotel river beach"));
  }
});
