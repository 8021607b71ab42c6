import { BUCKETS, differs, STRUCTURE } from "../read-features.ts";
import type { ComplexityModel, StructureWeights, TableWeights } from "./model-parts.ts";
import { type HeadTerms, tablesOf } from "./model-tables.ts";
import type { PromptFeatures } from "./read-prompt.ts";

export type { ComplexityModel, StructureWeights, TableWeights };

/**
 * Value of the outcomes head, one standard deviation below the mean of its training prompts, below which differences count
 * only by the share `LOW_SHARE`: most short questions lie there.
 */
export const FLOOR = -1;
export const LOW_SHARE = 0.4;
/** Weight of the tiers, which saturate at 1, next to the outcomes. */
export const TIERS_WEIGHT = 1.5;
/** Largest distance of a structural feature from its mean, in standard deviations; larger ones are clipped. */
export const CLIP = 3;
/** Number of quantiles in a model. */
export const QUANTILES = 129;

/** The exam head's value at which a prompt begins to count as an exam question, and the width of the change. */
export const GATE_FROM = -0.55;
export const GATE_WIDTH = 0.5;
/** Added to that value where a text and a question about it share a line. */
export const PASSAGE = 1;
/** The instruction head's value from which it is sure. */
export const SURE = 0.3;
/**
 * Outside exams, the rating by outcomes and tiers and the instruction's value above which differences count only by the share
 * `HIGH_SHARE`: outcomes and tiers may say that a prompt is easy, hardly that it is hard, and an instruction that it
 * is hard, hardly how hard.
 */
export const BASE_CAP = -1;
export const HARD_CAP = 0.15;
export const HIGH_SHARE = 0.1;
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
  const tables = tablesOf(model);
  const { askedTable, wordTable } = tables;
  let instructionSum = 0;
  let examSum = 0;
  let known = 0;
  for (let index = 0; index < askedCount; index += 1) {
    const code = asked[index] as number;
    const entry = askedTable[code & (BUCKETS - 1)] as number;
    // No branch, which could not be predicted: all bits are set for a code that the model knows.
    const isKnown = differs(entry & 0xff, code >>> 15) - 1;
    known -= isKnown;
    instructionSum += ((entry << 16) >> 24) & isKnown;
    examSum += ((entry << 8) >> 24) & isKnown;
  }
  const root = known === 0 ? 0 : 1 / Math.sqrt(known);
  const gate =
    headScore(tables.exam, examStructure, STRUCTURE.length) +
    examSum * root * model.exam.asked.scale +
    (passage ? PASSAGE : -materialOf(examStructure));
  const exam = examShare(gate);
  let outcomes = 0;
  let tiers = 0;
  if (allParts || exam > 0) {
    let outcomeSum = 0;
    let tierSum = 0;
    let shares = 0;
    let found = 0;
    for (let index = 0; index < wordCount; index += 1) {
      const code = words[index] as number;
      const entry = wordTable[code & (BUCKETS - 1)] as number;
      const isKnown = differs(entry & 0xff, code >>> 15) - 1;
      const share = (entry >>> 8) & 0xff & isKnown;
      found -= isKnown;
      shares += share;
      outcomeSum += Math.imul(share, (entry << 8) >> 24);
      tierSum += Math.imul(share, entry >> 24);
    }
    const total = totalShare(shares, wordCount - found);
    outcomes = headScore(tables.outcomes, structure) + meanOf(outcomeSum, total, model.outcomes.words);
    tiers = headScore(tables.tiers, structure) + meanOf(tierSum, total, model.tiers.words);
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
      const entry = wordTable[bucket] as number;
      const isKnown = differs(entry & 0xff, code >>> 15) - 1;
      const share = (entry >>> 8) & 0xff & isKnown;
      found -= isKnown;
      shares += share;
      wordSum += Math.imul(share, ofWords[bucket] as number);
      outcomeSum += Math.imul(share, (entry << 8) >> 24);
      tierSum += Math.imul(share, entry >> 24);
    }
    const total = totalShare(shares, askedWordCount - found);
    instruction = bounded(
      headScore(tables.instruction, askedStructure) +
        meanOf(wordSum, total, model.instruction.words) +
        instructionSum * root * model.instruction.asked.scale,
    );
    askedOutcomes =
      headScore(tables.outcomes, askedStructure) + meanOf(outcomeSum, total, model.outcomes.words);
    askedTiers = headScore(tables.tiers, askedStructure) + meanOf(tierSum, total, model.tiers.words);
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

/** Combines the values of the heads. */
export function combine({
  outcomes,
  tiers,
  askedOutcomes,
  askedTiers,
  instruction,
  gate,
}: Omit<Score, "score" | "known">): number {
  const exam = examShare(gate);
  const base = exam === 0 ? 0 : ratingOf(outcomes, tiers);
  if (exam === 1) return base;
  const sure = Math.min(1, Math.abs(instruction) / SURE);
  const other =
    bent(ratingOf(askedOutcomes, askedTiers), BASE_CAP) +
    sure * INSTRUCTION_WEIGHT * bent(instruction, HARD_CAP);
  return exam * base + (1 - exam) * other;
}

function ratingOf(outcomes: number, tiers: number): number {
  return Math.max(outcomes, FLOOR + LOW_SHARE * (outcomes - FLOOR)) + TIERS_WEIGHT * Math.tanh(tiers);
}

const bent = (value: number, cap: number): number => Math.min(value, cap + HIGH_SHARE * (value - cap));

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

function headScore({ bias, terms }: HeadTerms, structure: Float64Array, count: number = contextFrom): number {
  let score = bias;
  for (let index = 0; index < count; index += 1) {
    const at = 3 * index;
    const distance = ((structure[index] as number) - (terms[at] as number)) / (terms[at + 1] as number);
    score += clipped(distance) * (terms[at + 2] as number);
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
