import { InvalidOptionError } from "../../src/contracts/index.ts";
import { bootstrap, type Estimate } from "../../src/loop/statistics/index.ts";
import type { CandidateResult } from "../../src/router/classifiers/index.ts";
import type { StoredEstimate } from "../../src/router/classifiers/trained/inner.ts";
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
 * mean, on the same resamples. Best first.
 */
export async function measureCandidates(
  candidates: readonly Candidate[],
  gains: Float64Array,
  { groups, ...options }: MeasureOptions,
): Promise<readonly CandidateResult[]> {
  const meters = candidates.map(({ name, values }) => ({ name, apgr: gainApgr(values, gains) }));
  const wins = new Map(candidates.map(({ name }) => [name, 0]));
  // The first call measures the records themselves.
  let calls = -1;
  const estimates = await bootstrap(
    gains.length,
    (weights) => {
      calls += 1;
      const values = new Map(meters.map(({ name, apgr }) => [name, apgr(weights)]));
      const over = (name: string, other: string): number | undefined => {
        const [value, reference] = [values.get(name), values.get(other)];
        return value === undefined || reference === undefined ? undefined : value - reference;
      };
      return Object.fromEntries(
        [...values].flatMap(([name, value]) => {
          const overLength = over(name, "length");
          if (calls > 0) wins.set(name, (wins.get(name) ?? 0) + won(overLength));
          return [
            [name, value],
            [`${name} - length`, overLength],
            [`${name} - mean`, over(name, "mean")],
          ];
        }),
      );
    },
    { ...options, groups: Array.from(groups, String) },
  );
  const units = new Set(groups).size;
  return candidates
    .map(({ name }) => {
      const apgr = stored(estimates[name]);
      const overLength = stored(estimates[`${name} - length`]);
      const promptsToProve = toProve(units, [
        { ...apgr, value: apgr.value - 0.5, low: apgr.low - 0.5 },
        ...(name === "length" ? [] : [overLength]),
      ]);
      return {
        name,
        apgr,
        overLength,
        overMean: stored(estimates[`${name} - mean`]),
        betterThanLength: (wins.get(name) ?? 0) / Math.max(1, calls),
        ...(promptsToProve === undefined ? {} : { promptsToProve }),
      };
    })
    .sort((a, b) => b.apgr.value - a.apgr.value);
}

/** 1 for a difference above 0, a half for none. A resample in which nothing can be gained says neither. */
function won(difference: number | undefined): number {
  if (difference === undefined || difference === 0) return 0.5;
  return difference > 0 ? 1 : 0;
}

/** Largest number of prompts that is worth telling. */
const mostToTell = 1_000_000;

/**
 * Estimates at how many prompts the intervals of all advantages would lie above 0: the distance from an
 * advantage to its lower bound falls with the root of the number.
 */
function toProve(prompts: number, advantages: readonly StoredEstimate[]): number | undefined {
  const needed = advantages.map(({ value, low }) =>
    value > 0 ? prompts * ((value - low) / value) ** 2 : Number.POSITIVE_INFINITY,
  );
  const most = Math.ceil(Math.max(...needed));
  return most <= mostToTell ? most : undefined;
}

/** Converts an estimate for storage; without an interval there is no evidence, so it gets the widest one. */
function stored(estimate: Estimate | undefined): StoredEstimate {
  const { value = 0, low = -1, high = 1 } = estimate ?? {};
  return { value, low, high };
}

/** True if the lower bounds of its APGR and of its difference to length are above chance (0.5) and 0. */
export function isProven({ name, apgr, overLength }: CandidateResult): boolean {
  return apgr.low > 0.5 && (name === "length" || overLength.low > 0);
}

/**
 * Takes the mean, or the candidate that is asked for by name, or the best one for `best`. The evidence decides
 * nothing here: taking what is proven, or what looks best, did worse on other records than always the mean.
 */
export function takeCandidate(results: readonly CandidateResult[], asked = "mean"): CandidateResult {
  const taken = asked === "best" ? results[0] : results.find(({ name }) => name === asked);
  if (taken === undefined)
    throw new InvalidOptionError(
      "candidate",
      asked,
      `one of best, ${results.map(({ name }) => name).join(", ")}`,
    );
  return taken;
}

/** Says in one sentence what is known about a candidate. */
export function describeEvidence(result: CandidateResult): string {
  const { name, betterThanLength, promptsToProve } = result;
  if (isProven(result))
    return name === "length"
      ? "length beats chance: its interval lies above 0.5"
      : `${name} beats chance and length: both intervals say so`;
  const likely =
    name === "length"
      ? ""
      : ` it is better than length with a probability of ${betterThanLength.toFixed(2)},`;
  const needed =
    promptsToProve === undefined
      ? "and no number of such records would prove it"
      : `and about ${promptsToProve.toLocaleString("en-US")} different prompts would prove it if its advantage stays`;
  return `${name} is not proven to beat chance${name === "length" ? "" : " and length"}:${likely} ${needed}`;
}
