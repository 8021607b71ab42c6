import type { LossTest, UnitLosses } from "./loss-test.ts";
import { seededRandom } from "./seeded-random.ts";

export interface NeededOptions {
  readonly test: LossTest;
  readonly maxLoss: number;
  readonly delta: number;
  /**
   * Share of the requests that go to another model than the large one, in [0, 1]; the others lose nothing.
   */
  readonly share: number;
  readonly seed: number;
}

/** Estimate of what a test needs. Infinity: more records like these would not be enough. */
export interface Needed {
  readonly records: number;
  readonly units: number;
}

/**
 * Estimates how many units like these get a policy accepted four times in five, if it loses as much as is
 * assumed: the measured loss plus half a loss (no loss in a few records does not prove that there is none),
 * and at most three quarters of `maxLoss`, since a measured loss near or above it may be bad luck. Found by
 * drawing that many units with replacement and testing them. The result is always above the number of units
 * given; it is Infinity if at least ten units show a loss that is above `maxLoss` by two standard errors.
 */
export async function recordsNeeded(
  loss: Float64Array,
  { test, maxLoss, delta, share, seed }: NeededOptions,
): Promise<Needed> {
  const { default: normalQuantile } = await import("@stdlib/stats-base-dists-normal-quantile");
  const perUnit = loss.length / test.units;
  const { losses, sizes } = test.unitLosses(loss);
  const measured = test.mean(loss);
  const size = sizes.reduce((sum, one) => sum + one, 0) / test.units;
  const error = Math.sqrt(varianceOf({ losses, sizes }, measured) / test.units) / size;
  if (test.units >= fewestUnits && measured - maxLoss > 2 * error)
    return { records: Number.POSITIVE_INFINITY, units: Number.POSITIVE_INFINITY };

  const tried = test.units * share;
  // Jeffreys' prior, half a loss and half none, among the requests that can lose anything.
  const imagined = Math.max(0, (share / 2 - measured) / (tried + 1));
  const assumed = measured * (1 - imagined) + imagined;
  const margin = Math.max(maxLoss - assumed, maxLoss / 4);
  const limit = Math.min(highestLimit, assumed + margin);
  const world = { losses, sizes, imagined };
  const variance = varianceOf(world, assumed) + imagined * size ** 2;
  const z = normalQuantile(1 - delta, 0, 1) + powerQuantile;
  const byVariance = (z ** 2 * variance) / (margin * size) ** 2;
  // Number of units that are enough without any loss at all.
  const byBound = (Math.log(delta) * test.unitCap) / (Math.log1p(-maxLoss) * size);
  let units = Math.max(test.units + 1, byVariance, byBound);
  const random = seededRandom(seed);
  while (units < mostSimulated && !isMostlyAccepted(world, Math.ceil(units), test, limit, random))
    units *= growth;
  if (units >= mostSimulated) units *= reserve;
  // Two digits: it is a rough estimate.
  const rough = roundUp(units);
  return { records: Math.ceil(rough * perUnit), units: rough };
}

/** Standard normal quantile of 0.8: the power that is planned for. */
const powerQuantile = 0.8416;
/** Fewest units whose variance says enough to give up on more records. */
const fewestUnits = 10;
const highestLimit = 0.999;
const growth = 1.15;
const draws = 60;
/** Share of the draws that must be accepted: above four in five by more than chance. */
const mostly = 0.85;
/**
 * Largest number of units that is simulated. Beyond, the first guess is multiplied by what tests
 * need over a normal approximation, with some reserve.
 */
const mostSimulated = 20_000;
const reserve = 1.3;

interface UnitWorld extends UnitLosses {
  /** Probability that a unit loses everything, in addition to the losses measured. */
  readonly imagined: number;
}

function varianceOf({ losses, sizes }: UnitLosses, mean: number): number {
  const squares = losses.reduce((sum, loss, unit) => sum + (loss - mean * (sizes[unit] as number)) ** 2, 0);
  return squares / Math.max(1, losses.length - 1);
}

function isMostlyAccepted(
  { losses, sizes, imagined }: UnitWorld,
  units: number,
  test: LossTest,
  limit: number,
  random: () => number,
): boolean {
  const drawn = { losses: new Float64Array(units), sizes: new Float64Array(units) };
  let accepted = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    for (let unit = 0; unit < units; unit += 1) {
      const from = Math.floor(random() * losses.length);
      const size = sizes[from] as number;
      drawn.sizes[unit] = size;
      drawn.losses[unit] = random() < imagined ? size : (losses[from] as number);
    }
    if (test.rejectsUnits(drawn, limit)) accepted += 1;
  }
  return accepted >= mostly * draws;
}

function roundUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}
