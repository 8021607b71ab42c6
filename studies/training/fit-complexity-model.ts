import { weightedQuantiles } from "../../src/loop/statistics/index.ts";
import {
  type ComplexityModel,
  QUANTILES,
  type StructureWeights,
  scoreOf,
  type TableWeights,
} from "../../src/router/classifiers/complexity/inner.ts";
import { BUCKETS, STRUCTURE } from "../../src/router/classifiers/inner.ts";
import { type Penalties, settings } from "./complexity-settings.ts";
import { type FittedHead, fitHead, type LabelledRow } from "./fit-head.ts";
import type { TrainingRow } from "./read-training-set.ts";
import type { WordVectors } from "./word-vectors.ts";

/** Fits the weights of all heads on the rows. The quantiles stay 0. */
export function fitComplexityModel(rows: readonly TrainingRow[], vectors: WordVectors): ComplexityModel {
  const askedPrints = knownPrints(rows);
  const headOf = (labelled: readonly LabelledRow[], penalties: Penalties, deviation?: number): FittedHead =>
    fitHead(labelled, {
      penalties,
      vectors,
      vectorScale: settings.vectorScale,
      askedPrints,
      steps: settings.steps,
      ...(deviation === undefined ? {} : { deviation }),
    });
  const { penalties, tierSteepness } = settings;
  const outcomes = headOf(outcomeRows(rows), penalties.outcomes, 1);
  outcomes.weights[STRUCTURE.indexOf("characters")] =
    (outcomes.weights[STRUCTURE.indexOf("characters")] as number) + settings.lengthPrior;
  const tiers = headOf(tierRows(rows), penalties.tiers, tierSteepness);
  const instruction = headOf(instructionRows(rows), penalties.instruction);
  const exam = headOf(examRows(rows), penalties.exam);
  const structure = ({ means, deviations, weights, bias }: FittedHead): StructureWeights => ({
    means,
    deviations,
    weights,
    bias,
  });
  return {
    wordPrints: vectors.prints,
    wordShares: vectors.shares,
    askedPrints,
    outcomes: { ...structure(outcomes), words: quantised(outcomes.words) },
    tiers: { ...structure(tiers), words: quantised(tiers.words) },
    instruction: {
      ...structure(instruction),
      words: quantised(instruction.words),
      asked: quantised(instruction.asked),
    },
    exam: { ...structure(exam), asked: quantised(exam.asked) },
    quantiles: new Float32Array(QUANTILES),
  };
}

/** Scores of rows by models that were trained without the rows of the same fold. */
export function heldOutScores(
  rows: readonly TrainingRow[],
  vectors: WordVectors,
  scored: (row: TrainingRow) => boolean,
): ReadonlyMap<TrainingRow, number> {
  const scores = new Map<TrainingRow, number>();
  for (let fold = 0; fold < settings.folds; fold += 1) {
    const model = fitComplexityModel(
      rows.filter((row) => row.fold !== fold),
      vectors,
    );
    for (const row of rows) if (row.fold === fold && scored(row)) scores.set(row, scoreRow(model, row));
  }
  return scores;
}

/**
 * Returns the quantiles of the scores of traffic, by models that were not trained on the scored prompts:
 * scores of training prompts would spread more than those of other traffic.
 */
export function referenceScores(rows: readonly TrainingRow[], vectors: WordVectors): Float32Array {
  return quantilesOf(heldOutScores(rows, vectors, isReference));
}

export const isReference = ({ origin }: TrainingRow): boolean =>
  origin !== undefined && settings.referenceShares[origin] !== undefined;

export function quantilesOf(scores: ReadonlyMap<TrainingRow, number>): Float32Array {
  const weights = referenceWeights([...scores.keys()]);
  return weightedQuantiles(
    [...scores].map(([row, value]) => ({ value, weight: weights.get(row) ?? 0 })),
    QUANTILES,
  );
}

/** Weights of the rows of the reference distribution, by the shares of their origins; they add up to 1. */
export function referenceWeights(rows: readonly TrainingRow[]): ReadonlyMap<TrainingRow, number> {
  const counts = new Map<string, number>();
  for (const { origin = "" } of rows.filter(isReference)) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  return new Map(
    rows.filter(isReference).map((row) => {
      const origin = row.origin ?? "";
      return [row, (settings.referenceShares[origin] ?? 0) / (counts.get(origin) ?? 1)];
    }),
  );
}

export function scoreRow(model: ComplexityModel, row: TrainingRow): number {
  return scoreOf(model, {
    words: row.words,
    wordCount: row.words.length,
    askedWords: row.askedWords,
    askedWordCount: row.askedWords.length,
    asked: row.asked,
    askedCount: row.asked.length,
    structure: row.structure,
    askedStructure: row.askedStructure,
    examStructure: row.examStructure,
    passage: row.passage,
  }).score;
}

/** Rows with labels whose set mean, in part, is subtracted; the rows of a set add up to 1. */
function centred(
  rows: readonly TrainingRow[],
  value: (row: TrainingRow) => number | undefined,
  share: number,
): readonly LabelledRow[] {
  return bySource(rows.filter((row) => value(row) !== undefined)).flatMap((own) => {
    const mean = own.reduce((sum, row) => sum + (value(row) ?? 0), 0) / own.length;
    return own.map((row) => ({
      ...row,
      label: (value(row) ?? 0) - share * mean,
      weight: 1 / own.length,
    }));
  });
}

const outcomeRows = (rows: readonly TrainingRow[]): readonly LabelledRow[] =>
  centred(rows, ({ outcome }) => outcome, settings.centring.outcomes);
const tierRows = (rows: readonly TrainingRow[]): readonly LabelledRow[] =>
  centred(rows, ({ tier }) => tier, settings.centring.tiers);

function instructionRows(rows: readonly TrainingRow[]): readonly LabelledRow[] {
  const { instructionWeights, neutralSets, neutralWeight } = settings;
  return bySource(rows.filter(({ instruction }) => instruction !== undefined)).flatMap((own) => {
    const source = own[0]?.source ?? "";
    const whole = instructionWeights[source] ?? (neutralSets.includes(source) ? neutralWeight : 0);
    return own.map((row) => ({
      ...row,
      words: row.askedWords,
      structure: row.askedStructure,
      label: row.instruction ?? 0,
      weight: whole / own.length,
    }));
  });
}

/** Exam questions and other prompts, half each; sets weigh the same or as stated. */
function examRows(rows: readonly TrainingRow[]): readonly LabelledRow[] {
  const sets = bySource(rows.filter(({ exam }) => exam !== undefined));
  const weightOf = (own: readonly TrainingRow[]): number => settings.examWeights[own[0]?.source ?? ""] ?? 1;
  const wholeOf = (exam: number): number =>
    sets.filter(([first]) => first?.exam === exam).reduce((sum, own) => sum + weightOf(own), 0);
  return sets.flatMap((own) => {
    const exam = own[0]?.exam ?? 0;
    const weight = weightOf(own) / own.length / wholeOf(exam);
    return own.map((row) => ({ ...row, structure: row.examStructure, label: exam, weight }));
  });
}

function bySource(rows: readonly TrainingRow[]): readonly (readonly TrainingRow[])[] {
  const sets = new Map<string, TrainingRow[]>();
  for (const row of rows) {
    const own = sets.get(row.source);
    if (own === undefined) sets.set(row.source, [row]);
    else own.push(row);
  }
  return [...sets.values()];
}

/** Returns the print of each bucket: that of its word, pair or stem which occurs in most prompts. */
function knownPrints(rows: readonly TrainingRow[]): Uint8Array {
  const counts = new Uint32Array(BUCKETS * 256);
  for (const { asked, instruction, exam } of rows) {
    if (instruction === undefined && exam === undefined) continue;
    for (const code of asked) {
      const place = (code & (BUCKETS - 1)) * 256 + (code >>> 15);
      counts[place] = (counts[place] as number) + 1;
    }
  }
  const known = new Uint8Array(BUCKETS);
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    let most = settings.fewestPrompts - 1;
    for (let print = 1; print < 256; print += 1) {
      const count = counts[bucket * 256 + print] as number;
      if (count <= most) continue;
      most = count;
      known[bucket] = print;
    }
  }
  return known;
}

/** Quantises the weights to 8 bits; the largest becomes ±127. */
function quantised(weights: Float64Array): TableWeights {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const scale = largest === 0 ? 1 : Math.fround(largest / 127);
  return { weights: Int8Array.from(weights, (weight) => Math.round(weight / scale)), scale };
}
