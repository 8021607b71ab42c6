import { InvalidOptionError } from "../../contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../../plugin/index.ts";
import { checkAscending } from "./check-ascending.ts";
import { effectiveSampleSize } from "./effective-sample-size.ts";
import { ksDistance, ksPValue } from "./ks.ts";
import { nullPsi, psi, sharesIn } from "./psi.ts";
import { scoreBins } from "./score-bins.ts";

/** Distribution of scores at the time when a conclusion was drawn from them. */
export interface ScoreReference {
  /** Quantiles, equally spaced from the minimum to the maximum, in ascending order; at least 2. */
  readonly quantiles: readonly number[];
  /**
   * Number of independent scores behind them (conversations, not messages). Infinity: the distribution is
   * known.
   */
  readonly scores: number;
}

export interface ScoreDriftOptions {
  /**
   * Unit of each score: scores of one unit (a conversation, a tenant) depend on each other. Default: none do.
   */
  readonly units?: ArrayLike<number | string> | undefined;
  /**
   * Number of independent scores on either side below which there is no verdict, at least 20. Default 200.
   */
  readonly minScores?: number | undefined;
  /** Level of the Kolmogorov–Smirnov test, in (0, 0.5]. Default 0.01. */
  readonly level?: number | undefined;
  /** Smallest Kolmogorov–Smirnov distance that matters, in [0, 1]. Default 0.1: a tenth of the requests. */
  readonly minDistance?: number | undefined;
  /**
   * Smallest excess of the index over its null value that matters, at least 0. Default 0.1, the convention's
   * least shift.
   */
  readonly minPsi?: number | undefined;
}

export const scoreDriftOptions: OptionTable<ScoreDriftOptions, "units"> = {
  units: { is: "any", expected: "one for each of the scores", optional: true },
  minScores: { is: "number", min: 20, integer: true, default: 200 },
  level: { is: "share", above: 0, max: 0.5, default: 0.01 },
  minDistance: { is: "share", default: 0.1 },
  minPsi: { is: "number", min: 0, default: 0.1 },
};

export interface ScoreDrift {
  /** Verdict. `not-judged`: too few records on one of the two sides. */
  readonly verdict: "stable" | "drifted" | "not-judged";
  readonly scores: number;
  /** Number of independent scores that would say as much: Kish's (Σ m)² / Σ m² over units of m scores. */
  readonly effectiveScores: number;
  readonly referenceScores: number;
  readonly minScores: number;
  readonly psi: {
    readonly value: number;
    readonly bins: number;
    /** Mean of the index if nothing has drifted. */
    readonly nullValue: number;
    /**
     * Limit that the index has to reach: its null value plus the larger of `minPsi` and four of its standard
     * deviations.
     */
    readonly limit: number;
    readonly drifted: boolean;
  };
  readonly ks: {
    readonly distance: number;
    readonly pValue: number;
    readonly level: number;
    readonly minDistance: number;
    /**
     * True if `pValue` is below `level` and the distance reaches `minDistance`: with many scores every trifle
     * is significant.
     */
    readonly drifted: boolean;
  };
}

/**
 * Tests if scores still come from the distribution that they had: by the population stability index over
 * tenths of the reference, corrected for its null value, and by Kolmogorov–Smirnov. Either of them alone is
 * an alarm. If nothing has drifted, each gives an alarm in at most 1 % of the runs. Scores are complexities
 * of decisions or of outcomes. Throws `InvalidOptionError`, also for a score that is not a number.
 */
export function scoreDrift(
  scores: ArrayLike<number>,
  reference: ScoreReference,
  options: ScoreDriftOptions = {},
): ScoreDrift {
  const { minScores, level, minDistance, minPsi, units } = readOptions(
    "scoreDrift",
    scoreDriftOptions,
    options,
  );
  checkReference(reference);
  for (let index = 0; index < scores.length; index += 1)
    readOption({ is: "number" }, `scoreDrift.scores[${index}]`, scores[index]);
  if (units !== undefined && units.length !== scores.length)
    throw new InvalidOptionError("scoreDrift.units", units, `one for each of the ${scores.length} scores`);

  const effectiveScores = units === undefined ? scores.length : effectiveCount(units);
  const judged = effectiveScores >= minScores && reference.scores >= minScores;
  const bins = scoreBins(reference.quantiles);
  const empty = scores.length === 0;
  const index = empty
    ? 0
    : psi(
        bins.map(({ share }) => share),
        sharesIn(bins, scores),
      );
  const ofNull = nullPsi(bins.length, Math.max(1, effectiveScores), reference.scores);
  const limit = ofNull.mean + Math.max(minPsi, 4 * ofNull.sd);
  const distance = empty ? 0 : ksDistance(scores, reference.quantiles);
  const pValue = empty ? 1 : ksPValue(distance, effectiveScores, reference.scores);
  const byPsi = judged && index >= limit;
  const byKs = judged && pValue < level && distance >= minDistance;
  return {
    verdict: !judged ? "not-judged" : byPsi || byKs ? "drifted" : "stable",
    scores: scores.length,
    effectiveScores,
    referenceScores: reference.scores,
    minScores,
    psi: { value: index, bins: bins.length, nullValue: ofNull.mean, limit, drifted: byPsi },
    ks: { distance, pValue, level, minDistance, drifted: byKs },
  };
}

function effectiveCount(units: ArrayLike<number | string>): number {
  const sizes = new Map<number | string, number>();
  for (let index = 0; index < units.length; index += 1) {
    const unit = units[index] as number | string;
    sizes.set(unit, (sizes.get(unit) ?? 0) + 1);
  }
  return effectiveSampleSize([...sizes.values()]);
}

function checkReference({ quantiles, scores }: ScoreReference): void {
  if (quantiles.length < 2)
    throw new InvalidOptionError("reference.quantiles", quantiles, "at least 2 quantiles");
  checkAscending("reference.quantiles", quantiles);
  readOption({ is: "number", min: 1, max: Number.POSITIVE_INFINITY }, "reference.scores", scores);
}
