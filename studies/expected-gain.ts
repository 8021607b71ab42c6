import { seededRandom } from "../src/loop/statistics/index.ts";

export interface GainSample {
  /** Group of the record; all records of a group are in one fold. */
  readonly group: string;
  readonly category: string;
  /** Score that is higher where the small model is more likely to be wrong. */
  readonly score: number;
  /** Quality of the large model minus that of the small one. */
  readonly gain: number;
  /** Cost of a call of the large model. */
  readonly costUsd: number;
}

const folds = 5;
const bins = 10;

/**
 * Returns the expected gain per dollar of a call of the large model, by record: the mean gain of its
 * category and of its decile of the category's scores, learnt on the other four folds and divided by the
 * category's mean cost there. This is equivalent to a threshold for each task, set on own records.
 */
export function expectedGains(samples: readonly GainSample[]): Float64Array {
  const foldOf = assignFolds(samples);
  const gains = new Float64Array(samples.length);
  for (let fold = 0; fold < folds; fold += 1) {
    const learnt = new Map<string, (score: number) => number>();
    for (const [category, ones] of byCategory(samples.filter((_, index) => foldOf[index] !== fold)))
      learnt.set(category, learn(ones));
    samples.forEach(({ category, score }, index) => {
      if (foldOf[index] === fold) gains[index] = learnt.get(category)?.(score) ?? 0;
    });
  }
  return gains;
}

function assignFolds(samples: readonly GainSample[]): readonly number[] {
  const random = seededRandom(1);
  const foldByGroup = new Map<string, number>();
  return samples.map(({ group }) => {
    const fold = foldByGroup.get(group) ?? Math.floor(random() * folds);
    foldByGroup.set(group, fold);
    return fold;
  });
}

function byCategory(samples: readonly GainSample[]): ReadonlyMap<string, GainSample[]> {
  const groups = new Map<string, GainSample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.category);
    if (group === undefined) groups.set(sample.category, [sample]);
    else group.push(sample);
  }
  return groups;
}

function learn(samples: readonly GainSample[]): (score: number) => number {
  const sorted = [...samples].sort((a, b) => a.score - b.score);
  const cost = mean(sorted.map(({ costUsd }) => costUsd));
  const parts = Array.from({ length: bins }, (_, bin) => {
    const part = sorted.slice((bin * sorted.length) / bins, ((bin + 1) * sorted.length) / bins);
    const from = bin === 0 ? Number.NEGATIVE_INFINITY : (part[0]?.score ?? Number.POSITIVE_INFINITY);
    return { from, gain: mean(part.map(({ gain }) => gain)) / cost };
  });
  return (score) => parts.findLast(({ from }) => score >= from)?.gain ?? 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
