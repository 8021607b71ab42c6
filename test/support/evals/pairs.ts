import fc from "fast-check";
import type { PairedOutcomes } from "../../../evals/metrics/index.ts";

/** Four records whose metrics the tests compute by hand. */
export const scores = [0.9, 0.6, 0.6, 0.1];
export const pair: PairedOutcomes = {
  small: { quality: Float64Array.of(0, 1, 0, 1), costUsd: Float64Array.of(1, 1, 1, 1) },
  large: { quality: Float64Array.of(1, 1, 1, 0), costUsd: Float64Array.of(3, 3, 5, 5) },
};

export interface ScoredPair {
  readonly scores: readonly number[];
  readonly pair: PairedOutcomes;
}

const cell = fc.record({
  score: fc.integer({ min: 0, max: 8 }).map((step) => step / 8),
  small: fc.integer({ min: 0, max: 4 }).map((step) => step / 4),
  large: fc.integer({ min: 0, max: 4 }).map((step) => step / 4),
  smallCost: fc.integer({ min: 1, max: 9 }),
  largeCost: fc.integer({ min: 1, max: 9 }),
});

export type Cell = typeof cell extends fc.Arbitrary<infer T> ? T : never;

/** Scores with many ties, and qualities in quarters, so that sums are exact. */
export const cells: fc.Arbitrary<Cell[]> = fc.array(cell, { minLength: 1, maxLength: 40 });

export function pairOf(rows: readonly Cell[]): ScoredPair {
  return {
    scores: rows.map((row) => row.score),
    pair: {
      small: {
        quality: Float64Array.from(rows, (row) => row.small),
        costUsd: Float64Array.from(rows, (row) => row.smallCost),
      },
      large: {
        quality: Float64Array.from(rows, (row) => row.large),
        costUsd: Float64Array.from(rows, (row) => row.largeCost),
      },
    },
  };
}
