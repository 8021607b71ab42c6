import type { CandidateResult, StoredEstimate } from "../../src/classifiers/trained/trained-file.ts";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { bootstrap, type Estimate } from "../../src/statistics/bootstrap.ts";
import type { Candidate } from "./candidates.ts";
import { gainApgr } from "./gain-apgr.ts";

export interface MeasureOptions {
  /** Groups by example, which are drawn together. */
  readonly groups: Uint32Array;
  readonly resamples: number;
  readonly seed: number;
  readonly confidence: number;
}

/**
 * Measures the APGR of each candidate with its interval, and its differences to those of length and of the
 * mean of the learnt parts, on the same resamples. Best first.
 */
export async function measureCandidates(
  candidates: readonly Candidate[],
  gains: Float64Array,
  { groups, ...options }: MeasureOptions,
): Promise<readonly CandidateResult[]> {
  const meters = candidates.map(({ name, values }) => ({ name, apgr: gainApgr(values, gains) }));
  const estimates = await bootstrap(
    gains.length,
    (weights) => {
      const values = new Map(meters.map(({ name, apgr }) => [name, apgr(weights)]));
      const over = (name: string, other: string): number | undefined => {
        const [value, reference] = [values.get(name), values.get(other)];
        return value === undefined || reference === undefined ? undefined : value - reference;
      };
      return Object.fromEntries(
        [...values].flatMap(([name, value]) => [
          [name, value],
          [`${name} - length`, over(name, "length")],
          [`${name} - mean`, over(name, "mean")],
        ]),
      );
    },
    { ...options, groups: Array.from(groups, String) },
  );
  return candidates
    .map(({ name }) => ({
      name,
      apgr: stored(estimates[name]),
      overLength: stored(estimates[`${name} - length`]),
      overMean: stored(estimates[`${name} - mean`]),
    }))
    .sort((a, b) => b.apgr.value - a.apgr.value);
}

/** Converts an estimate for storage; without an interval there is no evidence, so it gets the widest one. */
function stored(estimate: Estimate | undefined): StoredEstimate {
  const { value = 0, low = -1, high = 1 } = estimate ?? {};
  return { value, low, high };
}

export interface Choice {
  readonly chosen: CandidateResult;
  /** True if its lower bounds beat chance and, unless it is length itself, length. */
  readonly recommended: boolean;
  readonly reason: string;
}

/**
 * Chooses a candidate whose APGR and difference to length have lower bounds above chance (0.5) and 0: the
 * mean of the learnt parts, unless another one is surely better or the mean does not pass; then the best.
 * (Always taking the best one means taking the luckiest: it did worse on other records.) Otherwise length or
 * the default, whichever is better on these records. A candidate that is requested by name is taken, or the
 * best one for `best`, but it is recommended only if it passes.
 */
export function chooseCandidate(results: readonly CandidateResult[], asked?: string): Choice {
  const beatsChance = ({ apgr }: CandidateResult): boolean => apgr.low > 0.5;
  const passing = results.filter((result) => beatsChance(result) && result.overLength.low > 0);
  if (asked !== undefined) {
    const chosen = asked === "best" ? results[0] : results.find(({ name }) => name === asked);
    if (chosen === undefined)
      throw new InvalidOptionError(
        "candidate",
        asked,
        `one of best, ${results.map(({ name }) => name).join(", ")}`,
      );
    const recommended = passing.includes(chosen);
    const what = recommended ? "beats" : "does not beat";
    return { chosen, recommended, reason: `${chosen.name} was requested; it ${what} chance and length` };
  }
  const mean = passing.find(({ name }) => name === "mean");
  const best = passing.find(({ overMean }) => overMean.low > 0) ?? mean ?? passing[0];
  if (best !== undefined)
    return { chosen: best, recommended: true, reason: `${best.name} beats chance and length` };
  const fallback = results.find(({ name }) => name === "length" || name === "default");
  if (fallback === undefined) throw new Error("length is always among the candidates");
  const { name } = fallback;
  const what = beatsChance(fallback) ? "which beats chance" : "which does not beat chance either";
  return {
    chosen: fallback,
    recommended: false,
    reason: `no learnt candidate surely beats chance and length: the file holds ${name}, ${what}`,
  };
}
