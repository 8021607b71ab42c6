import { BUCKETS, STRUCTURE } from "../read-features.ts";
import type { ComplexityModel, StructureWeights } from "./model-parts.ts";

/** Weights of a head on structure: mean, deviation and weight of each feature in turn. */
export interface HeadTerms {
  readonly bias: number;
  readonly terms: Float64Array;
}

/** A model as it is read: all that is known of a bucket in one place, since most of it is not in the cache. */
export interface ModelTables {
  /** Print, weight for the instruction and weight for the exam head, of eight bits each from the lowest on. */
  readonly askedTable: Int32Array;
  /** Print, share, weight for the outcomes and weight for the tiers, in the same way. */
  readonly wordTable: Int32Array;
  readonly outcomes: HeadTerms;
  readonly tiers: HeadTerms;
  readonly instruction: HeadTerms;
  readonly exam: HeadTerms;
}

let last: ComplexityModel | undefined;
let tablesOfLast: ModelTables | undefined;

/** Returns the tables of a model. Those of the last one are kept: there is one in an application. */
export function tablesOf(model: ComplexityModel): ModelTables {
  if (model === last && tablesOfLast !== undefined) return tablesOfLast;
  const { wordPrints, wordShares, askedPrints, outcomes, tiers, instruction, exam } = model;
  const askedTable = new Int32Array(BUCKETS);
  const wordTable = new Int32Array(BUCKETS);
  const [instructionAsked, examAsked] = [instruction.asked.weights, exam.asked.weights];
  const [outcomeWords, tierWords] = [outcomes.words.weights, tiers.words.weights];
  // Once, in code that is not compiled yet: a function for each byte takes a third longer.
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    askedTable[bucket] =
      ((askedPrints[bucket] as number) & 0xff) |
      (((instructionAsked[bucket] as number) & 0xff) << 8) |
      (((examAsked[bucket] as number) & 0xff) << 16);
    wordTable[bucket] =
      ((wordPrints[bucket] as number) & 0xff) |
      (((wordShares[bucket] as number) & 0xff) << 8) |
      (((outcomeWords[bucket] as number) & 0xff) << 16) |
      ((tierWords[bucket] as number) << 24);
  }
  last = model;
  tablesOfLast = {
    askedTable,
    wordTable,
    outcomes: termsOf(outcomes),
    tiers: termsOf(tiers),
    instruction: termsOf(instruction),
    exam: termsOf(exam),
  };
  return tablesOfLast;
}

function termsOf({ bias, means, deviations, weights }: StructureWeights): HeadTerms {
  const terms = new Float64Array(3 * STRUCTURE.length);
  for (let index = 0; index < STRUCTURE.length; index += 1)
    terms.set([means[index] as number, deviations[index] as number, weights[index] as number], 3 * index);
  return { bias, terms };
}
