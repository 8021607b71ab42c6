import { chooseCandidate, lossesOf, thresholdCandidates } from "../evals/tune/candidates.ts";
import { thresholdGrid, triedOf } from "../evals/tune/tune-threshold.ts";
import { type AskedTest, type Guarantee, lossTest, seededRandom } from "../src/loop/statistics/index.ts";
import { SMALL_COST, type World, type WorldRecords } from "./tuning-worlds.ts";

export interface Simulation {
  readonly draws: number;
  /** Draws whose certificate is broken: the true loss, with the certificate's cap on units, is at or above `maxLoss`. */
  readonly broken: number;
  /** Broken draws of the naive method: the cheapest threshold whose measured loss is at most `maxLoss`. */
  readonly naiveBroken: number;
  /** Draws without a certificate. */
  readonly refused: number;
  /** Mean true saving as a share of always-large's cost; 0 for refused draws. */
  readonly saving: number;
  /** True saving of the grid's best threshold, chosen with knowledge of the truth. */
  readonly oracleSaving: number;
}

export interface SimulateOptions {
  /** Largest loss. Default: the world's. */
  readonly maxLoss?: number | undefined;
  readonly steps?: number | undefined;
  /** Test that is asked for. Default: exact where there is one, else Gaffke's. */
  readonly test?: AskedTest | undefined;
}

const delta = 0.05;
/** Rounding error of the integrals. */
const tolerance = 1e-9;

/** Tunes on draws of a world and compares the results with the truth. */
export async function simulateTuning(
  world: World,
  records: number,
  draws: number,
  { maxLoss = world.maxLoss, steps, test }: SimulateOptions = {},
): Promise<Simulation> {
  const grid = thresholdGrid({ steps });
  const truth = truthOf(world, grid, maxLoss);
  const savings = grid.map((threshold) => (1 - SMALL_COST) * world.smallShareAt(threshold));
  const isLost = truth(world.unitCap ?? Number.POSITIVE_INFINITY);
  const oracleSaving = Math.max(0, ...savings.filter((_, index) => !isLost[index]));
  let [broken, naiveBroken, refused, saving] = [0, 0, 0, 0];
  for (let draw = 0; draw < draws; draw += 1) {
    const drawn = world.draw(records, seededRandom(draw));
    // A different random stream than that of the records: their order must not depend on their content.
    const seed = 0x8000_0000 + draw;
    const { index, unitCap: cap } = await tuneDraw(world, drawn, { grid, maxLoss, delta, seed, test });
    if (truth(cap)[index]) broken += 1;
    if (truth(cap)[naive(drawn, grid, maxLoss, world.guarantee)]) naiveBroken += 1;
    if (index < 0) refused += 1;
    saving += (savings[index] ?? 0) / draws;
  }
  return { draws, broken, naiveBroken, refused, saving, oracleSaving };
}

/** Returns a function that states, for a cap on units, which thresholds of the grid lose too much. */
function truthOf(
  world: World,
  grid: readonly number[],
  maxLoss: number,
): (unitCap: number) => readonly boolean[] {
  const known = new Map<number, readonly boolean[]>();
  return (unitCap) => {
    const broken =
      known.get(unitCap) ?? grid.map((threshold) => world.lossAt(threshold, unitCap) >= maxLoss - tolerance);
    known.set(unitCap, broken);
    return broken;
  };
}

interface TuneDraw {
  readonly grid: readonly number[];
  readonly maxLoss: number;
  readonly delta: number;
  readonly seed: number;
  readonly test: AskedTest | undefined;
}

/** Tunes as `tuneThreshold` does, on columns. Returns the index in the grid and the cap on units. */
async function tuneDraw(
  { guarantee, unitCap }: World,
  { complexity, pair, units, isBinary }: WorldRecords,
  { grid, maxLoss, delta, seed, test: asked }: TuneDraw,
): Promise<{ readonly index: number; readonly unitCap: number }> {
  const test = await lossTest({ guarantee, units, isBinary, test: asked, delta, seed, unitCap });
  const unclassified = complexity.reduce((count, one) => (one === Infinity ? count + 1 : count), 0);
  const candidates = thresholdCandidates(complexity, pair, triedOf({ unclassified }, grid));
  const { index } = chooseCandidate({
    candidates,
    large: pair.large,
    guarantee,
    // Only the rejection matters here, not the p-value.
    test: { ...test, pValue: (loss, limit) => (test.rejects(loss, limit) ? 0 : 1) },
    maxLoss,
    delta,
  });
  return { index, unitCap: test.unitCap };
}

function naive(
  { complexity, pair }: WorldRecords,
  grid: readonly number[],
  maxLoss: number,
  guarantee: Guarantee,
): number {
  const lost = lossesOf(guarantee, pair.large.quality, pair.small.quality);
  // The loss that each threshold adds to the one before it: cheaper than computing each in full.
  const added = new Float64Array(grid.length);
  complexity.forEach((one, record) => {
    const first = grid.findIndex((threshold) => one < threshold);
    if (first >= 0) added[first] = (added[first] as number) + (lost[record] as number);
  });
  let loss = 0;
  let cheapest = -1;
  added.forEach((more, index) => {
    loss += more;
    if (loss <= maxLoss * complexity.length) cheapest = index;
  });
  return cheapest;
}
