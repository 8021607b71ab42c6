import {
  type ComplexityModel,
  type LinearHead,
  QUANTILES,
  scoreOf,
} from "../../src/classifiers/complexity/complexity-model.ts";
import { BUCKETS, STRUCTURE } from "../../src/classifiers/read-features.ts";
import { weightedQuantiles } from "../../src/statistics/weighted-quantiles.ts";
import { settings } from "./complexity-settings.ts";
import { fitLinearHead } from "./fit-linear-head.ts";
import type { TrainingRow } from "./read-training-set.ts";

/** Fits the weights of both heads on the rows. The quantiles stay 0. */
export function fitComplexityModel(rows: readonly TrainingRow[]): ComplexityModel {
  const prints = knownPrints(rows);
  const { vocabularyPenalty, tierSteepness } = settings;
  const of = (labelledBy: TrainingRow["labelledBy"]) => rows.filter((row) => row.labelledBy === labelledBy);
  return {
    prints,
    outcomes: withPriors(
      fitLinearHead(of("outcomes"), { prints, vocabularyPenalty: vocabularyPenalty.outcomes, deviation: 1 }),
    ),
    tiers: fitLinearHead(of("tier"), {
      prints,
      vocabularyPenalty: vocabularyPenalty.tiers,
      deviation: tierSteepness,
    }),
    quantiles: new Float32Array(QUANTILES),
  };
}

/**
 * Returns the quantiles of scores by models that were not trained on the scored prompts: scores of training
 * prompts would spread more than those of other traffic.
 */
export function referenceScores(rows: readonly TrainingRow[]): Float32Array {
  const scores: { value: number; weight: number }[] = [];
  for (let fold = 0; fold < settings.folds; fold += 1) {
    const model = fitComplexityModel(rows.filter((row) => row.fold !== fold));
    for (const row of rows) {
      if (row.fold !== fold || row.referenceWeight === 0) continue;
      const { score } = scoreOf(model, { ...row, bucketCount: row.buckets.length });
      scores.push({ value: score, weight: row.referenceWeight });
    }
  }
  return weightedQuantiles(scores, QUANTILES);
}

/** Returns the print of each bucket: that of its word or pair which occurs in most prompts. */
function knownPrints(rows: readonly TrainingRow[]): Uint8Array {
  const counts = new Uint32Array(BUCKETS * 256);
  for (const { buckets, prints } of rows) {
    buckets.forEach((bucket, index) => {
      const place = bucket * 256 + (prints[index] as number);
      counts[place] = (counts[place] as number) + 1;
    });
  }
  const known = new Uint8Array(BUCKETS);
  // Each prompt counts twice because of its polite copy.
  const fewest = 2 * settings.fewestPrompts;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    let most = fewest - 1;
    for (let print = 1; print < 256; print += 1) {
      const count = counts[bucket * 256 + print] as number;
      if (count <= most) continue;
      most = count;
      known[bucket] = print;
    }
  }
  return known;
}

function withPriors(head: LinearHead): LinearHead {
  const structureWeights = head.structureWeights.map(
    (weight, index) => weight + (settings.priors[STRUCTURE[index] as (typeof STRUCTURE)[number]] ?? 0),
  );
  return { ...head, structureWeights };
}
