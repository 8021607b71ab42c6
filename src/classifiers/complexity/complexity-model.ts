import { BUCKETS, STRUCTURE } from "../read-features.ts";
import type { PromptFeatures } from "./read-prompt.ts";

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

/** Lower bound of the outcomes head: one standard deviation below the mean of its training prompts. */
export const FLOOR = -1;
/** Largest distance of a structural feature from its mean, in standard deviations; larger ones are clipped. */
export const CLIP = 3;
/** Number of quantiles in a model. */
export const QUANTILES = 129;

/** The exam head's value at which a prompt begins to count as an exam question, and the width of the change. */
export const GATE_FROM = -0.6;
export const GATE_WIDTH = 0.5;
/** Added to that value where a text and a question about it share a line. */
export const PASSAGE = 1;
/** The instruction head's value from which it is sure. */
export const SURE = 0.35;
/** Largest rating by outcomes and tiers, and its weight, where the instruction is sure. */
export const BASE_CAP = 1;
export const BASE_SHARE = 0.35;
/** Weight of the instruction where it is sure. */
export const INSTRUCTION_WEIGHT = 8;
/** Added per unit of the features that no training prompt has: tools, images, JSON schema, turns. */
export const CONTEXT_WEIGHTS: readonly number[] = [0.15, 0.15, 0.15, 0.1];
const contextFrom = STRUCTURE.length - CONTEXT_WEIGHTS.length;
/** Places of the whole text's length and items in `PromptFeatures.examStructure`. */
const EXAM_PLACES = [contextFrom, contextFrom + 1] as const;
const leastOptions = Math.log(1 + 3);
const fullShare = 255;

/** The score of a prompt with its parts. */
export interface Score {
  readonly score: number;
  /** Values of the heads: `outcomes` and `tiers` without their bounds, `instruction` in [-1, 1]. */
  readonly outcomes: number;
  readonly tiers: number;
  /** Values of the same heads on what is asked alone. */
  readonly askedOutcomes: number;
  readonly askedTiers: number;
  readonly instruction: number;
  /** Value of the exam head: 1 for an exam question, -1 for another prompt. */
  readonly gate: number;
  /** Number of words, pairs and stems of what is asked that the model knows. */
  readonly known: number;
}

/** Rates a prompt. If not all parts are wanted, heads that cannot change the score are not computed and are 0. */
export function scoreOf(model: ComplexityModel, features: PromptFeatures, allParts: boolean = true): Score {
  const {
    words,
    wordCount,
    askedWords,
    askedWordCount,
    asked,
    askedCount,
    structure,
    askedStructure,
    examStructure,
    passage,
  } = features;
  const { wordPrints, wordShares, askedPrints } = model;
  const ofInstruction = model.instruction.asked.weights;
  const ofExam = model.exam.asked.weights;
  let instructionSum = 0;
  let examSum = 0;
  let known = 0;
  for (let index = 0; index < askedCount; index += 1) {
    const code = asked[index] as number;
    const bucket = code & (BUCKETS - 1);
    if (askedPrints[bucket] !== code >>> 15) continue;
    known += 1;
    instructionSum += ofInstruction[bucket] as number;
    examSum += ofExam[bucket] as number;
  }
  const root = known === 0 ? 0 : 1 / Math.sqrt(known);
  const gate =
    structureScore(model.exam, examStructure, STRUCTURE.length) +
    examSum * root * model.exam.asked.scale +
    (passage ? PASSAGE : -materialOf(examStructure));
  const exam = examShare(gate);
  const ofOutcomes = model.outcomes.words.weights;
  const ofTiers = model.tiers.words.weights;
  let outcomes = 0;
  let tiers = 0;
  if (allParts || exam > 0) {
    let outcomeSum = 0;
    let tierSum = 0;
    let shares = 0;
    let found = 0;
    for (let index = 0; index < wordCount; index += 1) {
      const code = words[index] as number;
      const bucket = code & (BUCKETS - 1);
      if (wordPrints[bucket] !== code >>> 15) continue;
      const share = wordShares[bucket] as number;
      found += 1;
      shares += share;
      outcomeSum += share * (ofOutcomes[bucket] as number);
      tierSum += share * (ofTiers[bucket] as number);
    }
    const total = totalShare(shares, wordCount - found);
    outcomes = structureScore(model.outcomes, structure) + meanOf(outcomeSum, total, model.outcomes.words);
    tiers = structureScore(model.tiers, structure) + meanOf(tierSum, total, model.tiers.words);
  }
  let askedOutcomes = 0;
  let askedTiers = 0;
  let instruction = 0;
  if (allParts || exam < 1) {
    const ofWords = model.instruction.words.weights;
    let wordSum = 0;
    let outcomeSum = 0;
    let tierSum = 0;
    let shares = 0;
    let found = 0;
    for (let index = 0; index < askedWordCount; index += 1) {
      const code = askedWords[index] as number;
      const bucket = code & (BUCKETS - 1);
      if (wordPrints[bucket] !== code >>> 15) continue;
      const share = wordShares[bucket] as number;
      found += 1;
      shares += share;
      wordSum += share * (ofWords[bucket] as number);
      outcomeSum += share * (ofOutcomes[bucket] as number);
      tierSum += share * (ofTiers[bucket] as number);
    }
    const total = totalShare(shares, askedWordCount - found);
    instruction = bounded(
      structureScore(model.instruction, askedStructure) +
        meanOf(wordSum, total, model.instruction.words) +
        instructionSum * root * model.instruction.asked.scale,
    );
    askedOutcomes =
      structureScore(model.outcomes, askedStructure) + meanOf(outcomeSum, total, model.outcomes.words);
    askedTiers = structureScore(model.tiers, askedStructure) + meanOf(tierSum, total, model.tiers.words);
  }
  const parts = { outcomes, tiers, askedOutcomes, askedTiers, instruction, gate };
  const score = combine(parts) + contextOf(structure);
  return { score, outcomes, tiers, askedOutcomes, askedTiers, instruction, gate, known };
}

function meanOf(sum: number, total: number, { scale }: TableWeights): number {
  return (sum / total) * scale;
}

/** Returns how much a prompt counts as an exam question, in [0, 1]. */
function examShare(gate: number): number {
  return Math.max(0, Math.min(1, (gate - GATE_FROM) / GATE_WIDTH));
}

/** Combines the values of the heads. The less the instruction says, the more outcomes and tiers count. */
export function combine({
  outcomes,
  tiers,
  askedOutcomes,
  askedTiers,
  instruction,
  gate,
}: Omit<Score, "score" | "known">): number {
  const exam = examShare(gate);
  const base = exam === 0 ? 0 : Math.max(FLOOR, outcomes) + Math.tanh(tiers);
  if (exam === 1) return base;
  const askedBase = Math.max(FLOOR, askedOutcomes) + Math.tanh(askedTiers);
  const sure = Math.min(1, Math.abs(instruction) / SURE);
  const other =
    (BASE_SHARE + (1 - BASE_SHARE) * (1 - sure)) * Math.min(BASE_CAP, askedBase) +
    sure * INSTRUCTION_WEIGHT * instruction;
  return exam * base + (1 - exam) * other;
}

/**
 * Returns by what a sum over known words is divided: their shares, or the number of unknown words if these are
 * more. A text in a language without known words must not be rated by the few that look English.
 */
export function totalShare(known: number, unknownWords: number): number {
  return Math.max(1, known, fullShare * unknownWords);
}

/**
 * Returns by how much the gate falls because there is far more text than what is asked: from 0 below 7 times as
 * much to 1 from 20 times. A list of options is part of an exam question.
 */
function materialOf(examStructure: Float64Array): number {
  const [whole, items] = EXAM_PLACES;
  if ((examStructure[items] as number) >= leastOptions) return 0;
  const ratio = (examStructure[whole] as number) - (examStructure[0] as number);
  return Math.max(0, Math.min(1, ratio - 2));
}

function contextOf(structure: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < CONTEXT_WEIGHTS.length; index += 1)
    sum += (CONTEXT_WEIGHTS[index] as number) * (structure[contextFrom + index] as number);
  return sum;
}

const bounded = (value: number): number => Math.max(-1, Math.min(1, value));

export function structureScore(
  head: StructureWeights,
  structure: Float64Array,
  count: number = contextFrom,
): number {
  // Read once: heads differ in shape, so that each of these accesses is a search.
  const { means, deviations, weights } = head;
  let score = head.bias;
  for (let index = 0; index < count; index += 1) {
    const mean = means[index] as number;
    const distance = ((structure[index] as number) - mean) / (deviations[index] as number);
    score += clipped(distance) * (weights[index] as number);
  }
  return score;
}

// Two comparisons, which cost less here than Math.min and Math.max.
function clipped(distance: number): number {
  if (distance > CLIP) return CLIP;
  if (distance < -CLIP) return -CLIP;
  return distance;
}

/** The contribution of one structural feature to the value of a head. */
export function structureTerm(head: StructureWeights, structure: Float64Array, index: number): number {
  const distance =
    ((structure[index] as number) - (head.means[index] as number)) / (head.deviations[index] as number);
  return clipped(distance) * (head.weights[index] as number);
}

const heads = ["outcomes", "tiers", "instruction", "exam"] as const;
const floatsOfHead = 1 + 3 * STRUCTURE.length;
const tablesOfModel = 8;
const floatCount = QUANTILES + heads.length * floatsOfHead + 5;
/** Length of an encoded model in bytes. */
export const MODEL_BYTES: number = 4 * floatCount + tablesOfModel * BUCKETS;

const tablesOf = (model: ComplexityModel): readonly TableWeights[] => [
  model.outcomes.words,
  model.tiers.words,
  model.instruction.words,
  model.instruction.asked,
  model.exam.asked,
];

/** Encodes a model: little-endian 32-bit floats (quantiles, heads, scales), then one byte per bucket and table. */
export function encodeComplexityModel(model: ComplexityModel): Uint8Array {
  const floats = [...model.quantiles];
  for (const name of heads) {
    const { bias, means, deviations, weights } = model[name];
    floats.push(bias, ...means, ...deviations, ...weights);
  }
  const tables = tablesOf(model);
  floats.push(...tables.map(({ scale }) => scale));
  const bytes = new Uint8Array(MODEL_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of floats.entries()) view.setFloat32(index * 4, value, true);
  const columns = [
    model.wordPrints,
    model.wordShares,
    model.askedPrints,
    ...tables.map(({ weights }) => weights),
  ];
  for (const [index, column] of columns.entries())
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, BUCKETS), 4 * floatCount + index * BUCKETS);
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
  const column = (index: number): Uint8Array =>
    Uint8Array.from(bytes.subarray(4 * floatCount + index * BUCKETS, 4 * floatCount + (index + 1) * BUCKETS));
  const head = (): StructureWeights => {
    const [bias = 0] = floats(1);
    const [means, deviations, weights] = [0, 1, 2].map(() => floats(STRUCTURE.length)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    return { bias, means, deviations, weights };
  };
  const quantiles = floats(QUANTILES);
  const [outcomes, tiers, instruction, exam] = heads.map(head) as [
    StructureWeights,
    StructureWeights,
    StructureWeights,
    StructureWeights,
  ];
  const scales = floats(5);
  const table = (index: number): TableWeights => ({
    weights: new Int8Array(column(3 + index).buffer as ArrayBuffer),
    scale: scales[index] as number,
  });
  return {
    wordPrints: column(0),
    wordShares: column(1),
    askedPrints: column(2),
    outcomes: { ...outcomes, words: table(0) },
    tiers: { ...tiers, words: table(1) },
    instruction: { ...instruction, words: table(2), asked: table(3) },
    exam: { ...exam, asked: table(4) },
    quantiles,
  };
}
