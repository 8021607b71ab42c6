import { seededRandom } from "../metrics/seeded-random.ts";
import { thresholdCandidates } from "../tune/candidates.ts";
import { chooseCandidate } from "../tune/choose-candidate.ts";
import { lossTest } from "../tune/loss-test.ts";
import { thresholdGrid } from "../tune/threshold-grid.ts";
import { SMALL_COST, type World, type WorldRecords } from "./tuning-worlds.ts";

export interface Simulation {
  readonly draws: number;
  /** Draws whose certificate is broken: the true loss is at or above `maxLoss`. */
  readonly broken: number;
  /** The same for the naive method: the cheapest threshold whose measured loss is at most `maxLoss`. */
  readonly naiveBroken: number;
  /** Draws without a certificate. */
  readonly refused: number;
  /** Mean true saving, as a share of always-large's cost; 0 where refused. */
  readonly saving: number;
  /** Of the best threshold of the grid, which knows the truth. */
  readonly oracleSaving: number;
}

const delta = 0.05;
/** Rounding of the integrals. */
const tolerance = 1e-9;

/** Tunes on draws of a world, and holds the result against the truth. */
export async function simulateTuning(
  world: World,
  records: number,
  draws: number,
  { maxLoss = world.maxLoss, steps }: { readonly maxLoss?: number; readonly steps?: number } = {},
): Promise<Simulation> {
  const grid = thresholdGrid({ steps });
  const losses = grid.map(world.lossAt);
  const savings = grid.map((threshold) => (1 - SMALL_COST) * world.smallShareAt(threshold));
  const isBroken = (index: number): boolean => (losses[index] ?? 0) >= maxLoss - tolerance;
  const oracleSaving = Math.max(0, ...savings.filter((_, index) => !isBroken(index)));
  let [broken, naiveBroken, refused, saving] = [0, 0, 0, 0];
  for (let draw = 0; draw < draws; draw += 1) {
    const drawn = world.draw(records, seededRandom(draw));
    // Of another stream than the records: their order must not depend on what they are.
    const seed = 0x8000_0000 + draw;
    const test = await lossTest({ guarantee: "mean", units: drawn.units, delta, seed });
    const candidates = thresholdCandidates(drawn.complexity, drawn.pair, grid);
    const { index } = chooseCandidate({
      candidates,
      large: drawn.pair.large,
      guarantee: "mean",
      test,
      maxLoss,
      delta,
    });
    if (isBroken(index)) broken += 1;
    if (isBroken(naive(drawn, grid, maxLoss))) naiveBroken += 1;
    if (index < 0) refused += 1;
    saving += (savings[index] ?? 0) / draws;
  }
  return { draws, broken, naiveBroken, refused, saving, oracleSaving };
}

function naive({ complexity, pair }: WorldRecords, grid: readonly number[], maxLoss: number): number {
  // What is lost more with each threshold than with the one before it: cheaper than trying each.
  const added = new Float64Array(grid.length);
  complexity.forEach((one, record) => {
    const first = grid.findIndex((threshold) => one < threshold);
    if (first >= 0)
      added[first] =
        (added[first] as number) +
        (pair.large.quality[record] as number) -
        (pair.small.quality[record] as number);
  });
  let loss = 0;
  let cheapest = -1;
  added.forEach((more, index) => {
    loss += more;
    if (loss <= maxLoss * complexity.length) cheapest = index;
  });
  return cheapest;
}
