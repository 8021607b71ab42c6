import { seededRandom } from "../../../src/loop/statistics/index.ts";
import type { LoggedRow } from "./read-rows.ts";

/** Weights of the rows of a log, `w` of the target and 1 / P(known) of the logged policy. */
export interface DrawnWeights {
  readonly weights: Float64Array;
  readonly loggedWeights: Float64Array;
}

/**
 * Draws the plans of the logged requests again, with the probabilities that they had, and whether their rewards
 * are known. With few rows of large weight, a log may look well supported just because none of them came up:
 * what such logs usually have says more than the one that is there. What is not logged is approximated: the
 * other plans count as one, with what is left of both probabilities.
 */
export function redrawWeights(
  rows: readonly LoggedRow[],
  shares: ReadonlyMap<string, number>,
  seed: number,
): DrawnWeights {
  const random = seededRandom(seed);
  const weights = new Float64Array(rows.length);
  const loggedWeights = new Float64Array(rows.length);
  rows.forEach(({ logged, propensity, target }, row) => {
    const own = target.get(logged) ?? 0;
    const isSame = random() < propensity;
    const weight = isSame ? own / propensity : (1 - own) / (1 - propensity);
    const share = isSame ? (shares.get(logged) ?? 1) : otherShare(target, logged, shares);
    if (random() >= share) return;
    weights[row] = weight / share;
    loggedWeights[row] = 1 / share;
  });
  return { weights, loggedWeights };
}

/** Mean share of known rewards of the target's other plans; 1 if none of them occurred. */
function otherShare(
  target: ReadonlyMap<string, number>,
  logged: string,
  shares: ReadonlyMap<string, number>,
): number {
  let [sum, total] = [0, 0];
  for (const [plan, probability] of target) {
    const share = shares.get(plan);
    if (plan === logged || share === undefined || share === 0) continue;
    sum += probability * share;
    total += probability;
  }
  return total === 0 ? 1 : sum / total;
}
