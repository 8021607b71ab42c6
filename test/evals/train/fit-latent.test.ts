import { expect, test } from "vitest";
import { chooseLandmarks } from "../../../evals/train/choose-landmarks.ts";
import { fitBumps, groundOf, placesOf } from "../../../evals/train/fit-landmarks.ts";
import { fitLatent } from "../../../evals/train/fit-latent.ts";
import { readExamples } from "../../../evals/train/read-examples.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { length } from "../../../src/router/classifiers/index.ts";
import { createFeatureReader, STRUCTURE } from "../../../src/router/classifiers/read-features.ts";
import {
  type Bumps,
  landmarksValue,
  PLACE,
  writePlace,
} from "../../../src/router/classifiers/trained/landmarks.ts";
import {
  createProjection,
  DIMENSIONS,
  decodeLatent,
  encodeLatent,
} from "../../../src/router/classifiers/trained/latent.ts";
import { logistic } from "../../../src/router/classifiers/trained/quality-curve.ts";
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

test("bumps learn where the large model gains, and fewer rows than landmarks are enough", () => {
  const all = placesOf(examples, latent);
  for (const count of [200, 20]) {
    const some = rows.subarray(0, count);
    const places = all.subarray(0, count * PLACE);
    const landmarks = chooseLandmarks(places, seededRandom(1));
    expect(landmarks.length).toBeLessThanOrEqual(48 * PLACE);
    expect(landmarks.length).toBeGreaterThan(0);
    const targets = [0, 1].map((model) =>
      Float64Array.from(some, (row) => examples.quality[2 * row + model] as number),
    );
    const ground = groundOf(landmarks, places);
    const [small, large] = fitBumps(ground, some, targets) as [Bumps, Bumps];
    const gainOf = (ask: string): number => {
      const place = new Float64Array(PLACE);
      writePlace(new Float32Array(STRUCTURE.length), directionOf(ask), place);
      return landmarksValue({ places: landmarks, small, large }, place);
    };
    expect(gainOf("lemma theorem proof")).toBeGreaterThan(gainOf("hotel river beach"));
  }
});

test("bumps are where the penalised likelihood has its maximum", () => {
  const places = placesOf(examples, latent);
  const ground = groundOf(chooseLandmarks(places, seededRandom(1)), places);
  const quality = Float64Array.from(rows, (row) => 0.3 * (examples.quality[2 * row] as number) + 0.2);
  const { weights, bias } = fitBumps(ground, rows, [quality])[0] as Bumps;
  const size = weights.length;
  const { heights: norm } = groundOf(ground.landmarks, ground.landmarks);
  const lossOf = (of: Float64Array): number => {
    let loss = 0;
    for (let at = 0; at < size; at += 1)
      for (let other = 0; other < size; other += 1)
        loss += ((norm[at * size + other] as number) * (of[at] as number) * (of[other] as number)) / 2;
    rows.forEach((row, index) => {
      let value = bias;
      for (let at = 0; at < size; at += 1)
        value += (of[at] as number) * (ground.heights[row * size + at] as number);
      const likely = logistic(value);
      const right = quality[index] as number;
      loss -= right * Math.log(likely) + (1 - right) * Math.log(1 - likely);
    });
    return loss;
  };
  const least = lossOf(weights);
  expect(least).toBeLessThan(lossOf(new Float64Array(size)));
  for (let at = 0; at < size; at += 1)
    for (const change of [-0.1, 0.1])
      expect(lossOf(weights.map((value, index) => (index === at ? value + change : value)))).toBeGreaterThan(
        least,
      );
});

test("landmarks of the same seed are the same; equal places have one", () => {
  const places = placesOf(examples, latent);
  expect(chooseLandmarks(places, seededRandom(3))).toEqual(chooseLandmarks(places, seededRandom(3)));
  const alike = Float64Array.from({ length: 30 * PLACE }, (_, at) => places[at % PLACE] as number);
  expect(chooseLandmarks(alike, seededRandom(1)).length).toBe(PLACE);
});
