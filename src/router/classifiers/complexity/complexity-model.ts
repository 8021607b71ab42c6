import { BUCKETS, differs } from "../read-features.ts";
import { type ComplexityModel, contextFrom, type TableWeights } from "./model-parts.ts";
import { EXAM, INSTRUCTION, type ModelTables, OUTCOMES, TIERS, tablesOf } from "./model-tables.ts";
import type { PromptFeatures } from "./read-prompt.ts";
import { headScore, onStructure, scoreStructure } from "./structure-heads.ts";

export type { ComplexityModel, StructureWeights, TableWeights } from "./model-parts.ts";
export { CLIP, structureTerm } from "./model-parts.ts";

/**
 * Value of the outcomes head, one standard deviation below the mean of its training prompts, below which differences count
 * only by the share `LOW_SHARE`: most short questions lie there.
 */
export const FLOOR = -1;
export const LOW_SHARE = 0.4;
/** Weight of the tiers, which saturate at 1, next to the outcomes. */
export const TIERS_WEIGHT = 1.5;
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
/** Places of the whole text's length and items in `PromptFeatures.examStructure`. */
const WHOLE_LENGTH = contextFrom;
const WHOLE_ITEMS = contextFrom + 1;
const leastOptions = Math.log(1 + 3);
const fullShare = 255;

/** The score of a prompt with its parts. */
export interface Score {
  score: number;
  /** Values of the heads: `outcomes` and `tiers` without their bounds, `instruction` in [-1, 1]. */
  outcomes: number;
  tiers: number;
  /** Values of the same heads on what is asked alone. */
  askedOutcomes: number;
  askedTiers: number;
  instruction: number;
  /** Value of the exam head: 1 for an exam question, -1 for another prompt. */
  gate: number;
  /** Number of words, pairs and stems of what is asked that the model knows. */
  known: number;
}

/** Creates a score to be written into. */
export function emptyScore(): Score {
  return {
    score: 0,
    outcomes: 0,
    tiers: 0,
    askedOutcomes: 0,
    askedTiers: 0,
    instruction: 0,
    gate: 0,
    known: 0,
  };
}

/**
 * Rates a prompt. If not all parts are wanted, heads that cannot change the score are not computed and are 0. Writes into
 * `into` and returns it.
 */
export function scoreOf(
  model: ComplexityModel,
  features: PromptFeatures,
  allParts: boolean = true,
  into: Score = emptyScore(),
): Score {
  const tables = tablesOf(model);
  scoreAsked(model, tables, features, into);
  const exam = examShare(into.gate);
  if (allParts || exam > 0) scoreWhole(model, tables, features, into);
  else into.outcomes = into.tiers = 0;
  if (!allParts && exam === 1) into.askedOutcomes = into.askedTiers = into.instruction = 0;
  into.score = combine(into) + contextOf(features.structure);
  return into;
}

/** Rates what is asked by all heads. */
function scoreAsked(
  model: ComplexityModel,
  { buckets, biases, terms }: ModelTables,
  { asked, askedCount, askedWords, askedWordCount, examStructure, passage }: PromptFeatures,
  into: Score,
): void {
  let instructionSum = 0;
  let examSum = 0;
  let known = 0;
  for (let index = 0; index < askedCount; index += 1) {
    const code = asked[index] as number;
    const entry = buckets[(code & (BUCKETS - 1)) << 1] as number;
    // No branch, which could not be predicted: all bits are set for a code that the model knows.
    const isKnown = differs(entry & 0xff, code >>> 15) - 1;
    known -= isKnown;
    instructionSum += ((entry << 16) >> 24) & isKnown;
    examSum += ((entry << 8) >> 24) & isKnown;
  }
  let wordSum = 0;
  let outcomeSum = 0;
  let tierSum = 0;
  let shares = 0;
  let found = 0;
  for (let index = 0; index < askedWordCount; index += 1) {
    const code = askedWords[index] as number;
    const place = (code & (BUCKETS - 1)) << 1;
    const entry = buckets[place + 1] as number;
    const isKnown = differs(entry & 0xff, code >>> 15) - 1;
    const share = (entry >>> 8) & 0xff & isKnown;
    found -= isKnown;
    shares += share;
    wordSum += Math.imul(share, (buckets[place] as number) >> 24);
    outcomeSum += Math.imul(share, (entry << 8) >> 24);
    tierSum += Math.imul(share, entry >> 24);
  }
  const root = known === 0 ? 0 : 1 / Math.sqrt(known);
  const total = totalShare(shares, askedWordCount - found);
  scoreStructure(terms, examStructure, biases);
  into.known = known;
  into.gate =
    (onStructure[EXAM] as number) +
    examSum * root * model.exam.asked.scale +
    (passage ? PASSAGE : -materialOf(examStructure));
  into.instruction = bounded(
    (onStructure[INSTRUCTION] as number) +
      meanOf(wordSum, total, model.instruction.words) +
      instructionSum * root * model.instruction.asked.scale,
  );
  into.askedOutcomes = (onStructure[OUTCOMES] as number) + meanOf(outcomeSum, total, model.outcomes.words);
  into.askedTiers = (onStructure[TIERS] as number) + meanOf(tierSum, total, model.tiers.words);
}

/** Rates the whole text by outcomes and tiers. */
function scoreWhole(
  model: ComplexityModel,
  { buckets, biases, terms }: ModelTables,
  { words, wordCount, structure }: PromptFeatures,
  into: Score,
): void {
  let outcomeSum = 0;
  let tierSum = 0;
  let shares = 0;
  let found = 0;
  for (let index = 0; index < wordCount; index += 1) {
    const code = words[index] as number;
    const entry = buckets[((code & (BUCKETS - 1)) << 1) + 1] as number;
    const isKnown = differs(entry & 0xff, code >>> 15) - 1;
    const share = (entry >>> 8) & 0xff & isKnown;
    found -= isKnown;
    shares += share;
    outcomeSum += Math.imul(share, (entry << 8) >> 24);
    tierSum += Math.imul(share, entry >> 24);
  }
  const total = totalShare(shares, wordCount - found);
  into.outcomes =
    headScore(terms, OUTCOMES, structure, biases[OUTCOMES] as number) +
    meanOf(outcomeSum, total, model.outcomes.words);
  into.tiers =
    headScore(terms, TIERS, structure, biases[TIERS] as number) + meanOf(tierSum, total, model.tiers.words);
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
  if ((examStructure[WHOLE_ITEMS] as number) >= leastOptions) return 0;
  const ratio = (examStructure[WHOLE_LENGTH] as number) - (examStructure[0] as number);
  return Math.max(0, Math.min(1, ratio - 2));
}

function contextOf(structure: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < CONTEXT_WEIGHTS.length; index += 1)
    sum += (CONTEXT_WEIGHTS[index] as number) * (structure[contextFrom + index] as number);
  return sum;
}

const bounded = (value: number): number => Math.max(-1, Math.min(1, value));
