import { BUCKETS, type Features, STRUCTURE } from "../read-features.ts";

/** A linear score of structure and of known words and word pairs, with mean 0 over its training prompts. */
export interface LinearHead {
  /** Means of the structural features on the head's training prompts, in the order of `STRUCTURE`. */
  readonly means: Float32Array;
  readonly deviations: Float32Array;
  /** Weights per standard deviation of a structural feature. */
  readonly structureWeights: Float32Array;
  /** Weight of each bucket, in units of `vocabularyScale`. */
  readonly vocabularyWeights: Int8Array;
  readonly vocabularyScale: number;
  readonly bias: number;
}

/**
 * A model of two heads and their common tables. Complexity is the rank of
 * `max(FLOOR, outcomes) + tanh(tiers)`. Tiers are bounded, so their head must saturate; the outcomes head has a
 * floor because it was trained on exam questions and rates short prompts of every kind as easy.
 */
export interface ComplexityModel {
  /** Print of the word or pair that each bucket stands for; 0 where no training prompt had one. */
  readonly prints: Uint8Array;
  /** The head that predicts how often small models fail. */
  readonly outcomes: LinearHead;
  /** The head that predicts the difficulty that authors gave to their prompts. */
  readonly tiers: LinearHead;
  /** Quantiles of the score, equally spaced from the minimum to the maximum. */
  readonly quantiles: Float32Array;
}

/** Lower bound of the outcomes head: one standard deviation below the mean of its training prompts. */
export const FLOOR = -1;
/** Largest distance of a structural feature from its mean, in standard deviations; larger ones are clipped. */
export const CLIP = 3;
/** Number of quantiles in a model. */
export const QUANTILES = 129;

/** The score of a prompt with its parts. */
export interface Score {
  readonly score: number;
  /** Score of the outcomes head, like `tiers` without its bounds. */
  readonly outcomes: number;
  readonly tiers: number;
  /** Number of words and pairs that the model knows. */
  readonly known: number;
}

export function scoreOf(model: ComplexityModel, features: Features): Score {
  const { buckets, prints, bucketCount } = features;
  const known = model.prints;
  const ofOutcomes = model.outcomes.vocabularyWeights;
  const ofTiers = model.tiers.vocabularyWeights;
  let outcomeSum = 0;
  let tierSum = 0;
  let count = 0;
  for (let index = 0; index < bucketCount; index += 1) {
    const bucket = buckets[index] as number;
    // All bits are set if the prints are equal; computed without a branch.
    const mask = (((known[bucket] as number) ^ (prints[index] as number)) - 1) >> 31;
    outcomeSum += (ofOutcomes[bucket] as number) & mask;
    tierSum += (ofTiers[bucket] as number) & mask;
    count -= mask;
  }
  const root = count === 0 ? 0 : 1 / Math.sqrt(count);
  const { structure } = features;
  const outcomes = headScore(model.outcomes, structure, outcomeSum * root);
  const tiers = headScore(model.tiers, structure, tierSum * root);
  return { score: Math.max(FLOOR, outcomes) + Math.tanh(tiers), outcomes, tiers, known: count };
}

function headScore(head: LinearHead, structure: Float64Array, vocabulary: number): number {
  let score = head.bias + vocabulary * head.vocabularyScale;
  for (let index = 0; index < structure.length; index += 1) score += structureTerm(head, structure, index);
  return score;
}

/** The contribution of one structural feature to the score of a head. */
export function structureTerm(head: LinearHead, structure: Float64Array, index: number): number {
  const distance =
    ((structure[index] as number) - (head.means[index] as number)) / (head.deviations[index] as number);
  return Math.max(-CLIP, Math.min(CLIP, distance)) * (head.structureWeights[index] as number);
}

const floatsOfHead = 2 + 3 * STRUCTURE.length;
const floatCount = QUANTILES + 2 * floatsOfHead;
/** Length of an encoded model in bytes. */
export const MODEL_BYTES: number = 4 * floatCount + 3 * BUCKETS;

/** Encodes a model: little-endian 32-bit floats (quantiles, heads), then one byte per bucket (prints, both heads). */
export function encodeComplexityModel(model: ComplexityModel): Uint8Array {
  const ofHead = (head: LinearHead): number[] => [
    head.vocabularyScale,
    head.bias,
    ...head.means,
    ...head.deviations,
    ...head.structureWeights,
  ];
  const floats = [...model.quantiles, ...ofHead(model.outcomes), ...ofHead(model.tiers)];
  const bytes = new Uint8Array(MODEL_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of floats.entries()) view.setFloat32(index * 4, value, true);
  const tables = [model.prints, model.outcomes.vocabularyWeights, model.tiers.vocabularyWeights];
  for (const [index, table] of tables.entries())
    bytes.set(new Uint8Array(table.buffer, table.byteOffset, BUCKETS), 4 * floatCount + index * BUCKETS);
  return bytes;
}

export function decodeComplexityModel(bytes: Uint8Array): ComplexityModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const floats = (length: number): Float32Array => {
    const values = new Float32Array(length);
    for (let index = 0; index < length; index += 1, at += 4) values[index] = view.getFloat32(at, true);
    return values;
  };
  const table = (index: number): Uint8Array =>
    bytes.slice(4 * floatCount + index * BUCKETS, 4 * floatCount + (index + 1) * BUCKETS);
  const head = (index: number): LinearHead => {
    const [vocabularyScale = 0, bias = 0] = floats(2);
    const means = floats(STRUCTURE.length);
    const deviations = floats(STRUCTURE.length);
    const structureWeights = floats(STRUCTURE.length);
    const vocabularyWeights = new Int8Array(Uint8Array.from(table(index)).buffer);
    return { means, deviations, structureWeights, vocabularyWeights, vocabularyScale, bias };
  };
  const quantiles = floats(QUANTILES);
  const outcomes = head(1);
  const tiers = head(2);
  return { prints: Uint8Array.from(table(0)), outcomes, tiers, quantiles };
}
