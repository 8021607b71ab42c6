import { chooseCandidate, thresholdCandidates } from "../evals/tune/candidates.ts";
import { hopefulParts } from "../evals/tune/tune-categories.ts";
import { thresholdGrid } from "../evals/tune/tune-threshold.ts";
import { lossTest, seededRandom } from "../src/loop/statistics/index.ts";
import type { World } from "./tuning-worlds.ts";

const confidence = 0.95;
const tolerance = 1e-9;

/**
 * Counts the draws in which any of the categories' certificates is broken, as `tuneCategories` makes them.
 * Each category is a separate copy of the world, with its number of records.
 */
export async function simulateCategories(
  { draw: drawWorld, guarantee, lossAt, maxLoss }: World,
  records: readonly number[],
  draws: number,
): Promise<number> {
  const grid = thresholdGrid();
  const isBroken = grid.map((threshold) => lossAt(threshold) >= maxLoss - tolerance);
  let broken = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const random = seededRandom(draw);
    const parts = records.map((count) => ({ columns: drawWorld(count, random) }));
    const settings = { guarantee, confidence, seed: 0x8000_0000 + draw };
    const hopeful = await hopefulParts(parts, settings, maxLoss);
    const delta = (1 - confidence) / Math.max(1, hopeful.size);
    const chosen: number[] = [];
    for (const { columns } of hopeful) {
      const { units, isBinary } = columns;
      const test = await lossTest({ ...settings, units, isBinary, delta });
      const candidates = thresholdCandidates(columns.complexity, columns.pair, grid);
      const { large } = columns.pair;
      chosen.push(chooseCandidate({ candidates, large, guarantee, test, maxLoss, delta }).index);
    }
    if (chosen.some((index) => isBroken[index])) broken += 1;
  }
  return broken;
}
