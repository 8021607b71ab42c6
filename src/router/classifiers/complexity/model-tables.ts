import { BUCKETS, STRUCTURE } from "../read-features.ts";
import { type ComplexityModel, type StructureWeights, structureTerm } from "./model-parts.ts";

/** The heads as `ModelTables.terms` has them, by their place. */
export const EXAM = 0;
export const INSTRUCTION = 1;
export const OUTCOMES = 2;
export const TIERS = 3;
/**
 * Number of terms of a structural feature: what each head adds where it is 0, then its mean, deviation and weight of each
 * head.
 */
export const TERMS = 16;

/** A model as it is read: all that is known of a bucket in one place, since most of it is not in the cache. */
export interface ModelTables {
  /**
   * Two places a bucket, with four parts of eight bits each from the lowest on. First what is asked: print, weight for the
   * instruction, weight for the exam head, and a word's weight for the instruction. Then the word: print, share, weight for
   * the outcomes, weight for the tiers.
   */
  readonly buckets: Int32Array;
  /** The bias of each head. */
  readonly biases: Float64Array;
  /** The weights of the heads on structure, `TERMS` for each feature: those that read what is asked are read at once. */
  readonly terms: Float64Array;
}

let last: ComplexityModel | undefined;
let tablesOfLast: ModelTables | undefined;

/** Returns the tables of a model. Those of the last one are kept: there is one in an application. */
export function tablesOf(model: ComplexityModel): ModelTables {
  if (model === last && tablesOfLast !== undefined) return tablesOfLast;
  const { wordPrints, wordShares, askedPrints, outcomes, tiers, instruction, exam } = model;
  const buckets = new Int32Array(2 * BUCKETS);
  const [instructionAsked, examAsked] = [instruction.asked.weights, exam.asked.weights];
  const instructionWords = instruction.words.weights;
  const [outcomeWords, tierWords] = [outcomes.words.weights, tiers.words.weights];
  // Once, in code that is not compiled yet: a function for each byte takes a third longer.
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    buckets[2 * bucket] =
      ((askedPrints[bucket] as number) & 0xff) |
      (((instructionAsked[bucket] as number) & 0xff) << 8) |
      (((examAsked[bucket] as number) & 0xff) << 16) |
      ((instructionWords[bucket] as number) << 24);
    buckets[2 * bucket + 1] =
      ((wordPrints[bucket] as number) & 0xff) |
      (((wordShares[bucket] as number) & 0xff) << 8) |
      (((outcomeWords[bucket] as number) & 0xff) << 16) |
      ((tierWords[bucket] as number) << 24);
  }
  const heads = [exam, instruction, outcomes, tiers];
  last = model;
  tablesOfLast = {
    buckets,
    biases: Float64Array.from(heads, ({ bias }) => bias),
    terms: Float64Array.from(STRUCTURE.flatMap((_, index) => termsOf(heads, index))),
  };
  return tablesOfLast;
}

function termsOf(heads: readonly StructureWeights[], index: number): readonly number[] {
  return [
    ...heads.map((head) => structureTerm(head, 0, index)),
    ...heads.flatMap(({ means, deviations, weights }) =>
      [means, deviations, weights].map((values) => values[index] as number),
    ),
  ];
}
