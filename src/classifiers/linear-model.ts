import { BUCKETS, type Features, STRUCTURE } from "./read-features.ts";

/** Weights of a linear model of complexity, and the distribution that its scores are ranked in. */
export interface LinearModel {
  /** Of the structural features on the reference distribution; in the order of `STRUCTURE`. */
  readonly means: Float32Array;
  readonly deviations: Float32Array;
  /** Per standard deviation of a structural feature. */
  readonly structureWeights: Float32Array;
  /** Per bucket, in units of `vocabularyScale`. */
  readonly vocabularyWeights: Int8Array;
  readonly vocabularyScale: number;
  /** Of the score, equally spaced from the minimum to the maximum. */
  readonly quantiles: Float32Array;
}

/** Structural features count as at most this many standard deviations from their mean. */
export const CLIP = 3;
/** Number of quantiles in a model. */
export const QUANTILES = 129;

/** What one structural feature adds to the score. */
export function structureTerm(model: LinearModel, features: Features, index: number): number {
  const distance =
    ((features.structure[index] as number) - (model.means[index] as number)) /
    (model.deviations[index] as number);
  return Math.max(-CLIP, Math.min(CLIP, distance)) * (model.structureWeights[index] as number);
}

/** What words and word pairs add: the sum of their weights over the square root of their number. */
export function vocabularyTerm(model: LinearModel, features: Features): number {
  const { buckets, bucketCount } = features;
  if (bucketCount === 0) return 0;
  const { vocabularyWeights } = model;
  let sum = 0;
  for (let index = 0; index < bucketCount; index += 1) {
    sum += vocabularyWeights[buckets[index] as number] as number;
  }
  return (sum * model.vocabularyScale) / Math.sqrt(bucketCount);
}

export function scoreOf(model: LinearModel, features: Features): number {
  let score = vocabularyTerm(model, features);
  for (let index = 0; index < STRUCTURE.length; index += 1) score += structureTerm(model, features, index);
  return score;
}

/** The model as bytes: little-endian 32-bit floats (scale, means, deviations, weights, quantiles), then the buckets. */
export function encodeLinearModel(model: LinearModel): Uint8Array {
  const floats = [
    model.vocabularyScale,
    ...model.means,
    ...model.deviations,
    ...model.structureWeights,
    ...model.quantiles,
  ];
  const bytes = new Uint8Array(floats.length * 4 + BUCKETS);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of floats.entries()) view.setFloat32(index * 4, value, true);
  bytes.set(new Uint8Array(model.vocabularyWeights.buffer), floats.length * 4);
  return bytes;
}

export function decodeLinearModel(bytes: Uint8Array): LinearModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const floats = (length: number): Float32Array => {
    const values = new Float32Array(length);
    for (let index = 0; index < length; index += 1, at += 4) values[index] = view.getFloat32(at, true);
    return values;
  };
  const [vocabularyScale = 0] = floats(1);
  const means = floats(STRUCTURE.length);
  const deviations = floats(STRUCTURE.length);
  const structureWeights = floats(STRUCTURE.length);
  const quantiles = floats(QUANTILES);
  const vocabularyWeights = Int8Array.from(new Int8Array(bytes.buffer, bytes.byteOffset + at, BUCKETS));
  return { means, deviations, structureWeights, vocabularyWeights, vocabularyScale, quantiles };
}
