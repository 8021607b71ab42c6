import { fitRidge, type Regression, seededRandom } from "../../../src/loop/statistics/index.ts";
import type { Predictions } from "./doubly-robust.ts";

/** Decision as reward models see it. */
export interface ModelledRow {
  /** Key of the logged plan. */
  readonly logged: string;
  /** Probabilities `π_e(plan | x)` by key. */
  readonly target: ReadonlyMap<string, number>;
  /** Features by key: of the logged plan, and of those of the target. */
  readonly features: ReadonlyMap<string, Float64Array>;
}

export interface PredictOptions {
  /** Units by row as dense numbers: rows of one unit are never on both sides of a fold. */
  readonly units: Uint32Array;
  readonly folds: number;
  readonly seed: number;
}

/**
 * Predicts rewards by cross-fitting: a ridge regression for each plan, trained on the rows of the other folds
 * that took it. A plan that no such row took gets the mean of all plans. `rewards` has NaN where a reward is
 * not known; at least one must be known.
 */
export function predictRewards(
  rows: readonly ModelledRow[],
  rewards: Float64Array,
  { units, folds, seed }: PredictOptions,
): Predictions {
  const random = seededRandom(seed);
  const foldOf: number[] = [];
  for (const unit of units) foldOf[unit] ??= Math.floor(random() * folds);
  const target = new Float64Array(rows.length);
  const logged = new Float64Array(rows.length);
  for (let fold = 0; fold < folds; fold += 1) {
    const isIn = (row: number) => foldOf[units[row] as number] === fold;
    const { byPlan, otherwise } = train(rows, rewards, (row) => !isIn(row));
    rows.forEach((row, index) => {
      if (!isIn(index)) return;
      const predict = (plan: string): number => {
        const features = row.features.get(plan);
        return (features && byPlan.get(plan)?.(features)) ?? otherwise;
      };
      logged[index] = predict(row.logged);
      let sum = 0;
      for (const [plan, probability] of row.target) sum += probability * predict(plan);
      target[index] = sum;
    });
  }
  return { target, logged };
}

function train(
  rows: readonly ModelledRow[],
  rewards: Float64Array,
  isTraining: (row: number) => boolean,
): { readonly byPlan: ReadonlyMap<string, Regression>; readonly otherwise: number } {
  const samples = new Map<string, { features: Float64Array[]; rewards: number[] }>();
  let sum = 0;
  let count = 0;
  rows.forEach(({ logged, features: byPlan }, row) => {
    const reward = rewards[row] as number;
    const features = byPlan.get(logged);
    if (features === undefined || Number.isNaN(reward) || !isTraining(row)) return;
    sum += reward;
    count += 1;
    const sample = samples.get(logged) ?? { features: [], rewards: [] };
    sample.features.push(features);
    sample.rewards.push(reward);
    samples.set(logged, sample);
  });
  const byPlan = new Map(
    [...samples].map(([plan, sample]) => [plan, fitRidge(sample.features, sample.rewards)]),
  );
  return { byPlan, otherwise: count === 0 ? 0 : sum / count };
}
