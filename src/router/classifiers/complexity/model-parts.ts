import { STRUCTURE } from "../read-features.ts";

/** A linear function of the structural features: the weights per standard deviation, and a bias. */
export interface StructureWeights {
  /** Means of the structural features on the head's training prompts, in the order of `STRUCTURE`. */
  readonly means: Float32Array;
  readonly deviations: Float32Array;
  readonly weights: Float32Array;
  readonly bias: number;
}

/** Weights of the buckets of a table in units of `scale`. */
export interface TableWeights {
  readonly weights: Int8Array;
  readonly scale: number;
}

/** A head that reads structure and the mean of word weights. */
export interface WordHead extends StructureWeights {
  readonly words: TableWeights;
}

/** A head that reads structure and the words, pairs and stems of what is asked. */
export interface AskedHead extends StructureWeights {
  readonly asked: TableWeights;
}

/**
 * A model of four linear heads and their tables. Two rate the whole prompt: `outcomes` predicts how often small
 * models fail, `tiers` the difficulty that authors gave to their prompts. `instruction` rates what is
 * asked, whatever the length of the material; `exam` tells exam questions, for which the outcomes count, from
 * other prompts, for which the instruction does.
 */
export interface ComplexityModel {
  /** Print of the word that each bucket of the word table stands for; 0 for none. */
  readonly wordPrints: Uint8Array;
  /** The weight of each word in a mean, in 1 / 255: frequent words say little. */
  readonly wordShares: Uint8Array;
  /** Print of the word, pair or stem that each bucket of the other table stands for; 0 for none. */
  readonly askedPrints: Uint8Array;
  readonly outcomes: WordHead;
  readonly tiers: WordHead;
  /** Its words are those of what is asked. */
  readonly instruction: AskedHead & WordHead;
  readonly exam: AskedHead;
  /** Quantiles of the score, equally spaced from the minimum to the maximum. */
  readonly quantiles: Float32Array;
}

/** Place of the first structural feature that no training prompt has: tools, images, JSON schema, turns. */
export const contextFrom: number = STRUCTURE.indexOf("tools");

/** Largest distance of a structural feature from its mean, in standard deviations; larger ones are clipped. */
export const CLIP = 3;

// Two comparisons, which cost less here than Math.min and Math.max.
export function clipped(distance: number): number {
  if (distance > CLIP) return CLIP;
  if (distance < -CLIP) return -CLIP;
  return distance;
}

/** Returns the term of a head for the value of a structural feature. */
export function structureTerm(
  { means, deviations, weights }: StructureWeights,
  value: number,
  index: number,
): number {
  return (
    clipped((value - (means[index] as number)) / (deviations[index] as number)) * (weights[index] as number)
  );
}
