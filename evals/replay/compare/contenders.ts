import { orderByScore, type PairedOutcomes, type ScoreOrder } from "../../metrics/routing-curve.ts";

/** Router between two models, as the metrics need it. */
export interface Contender {
  readonly name: string;
  /** Probability of the large model, by record. */
  readonly toLarge: Float64Array;
  /** Ranking of the records by this router; absent if it has none. */
  readonly order?: ScoreOrder | undefined;
  /** Outcomes of staying and of going, where they are not those of the two models. Default: those. */
  readonly pair?: PairedOutcomes | undefined;
  /** True for the oracle: its AIQ is that of the best possible router, not of its own ranking. */
  readonly knowsOutcomes?: boolean | undefined;
}

/** Router that sends records with `score >= threshold` to the large model. */
export function byThreshold(name: string, scores: Float64Array, threshold: number): Contender {
  const toLarge = scores.map((score) => (score >= threshold ? 1 : 0));
  return { name, toLarge, order: orderByScore(scores) };
}

/**
 * Router that sends the share `rate` of the records with the highest scores to the large model; a tie at the
 * cut is a lottery.
 */
export function byRate(name: string, scores: Float64Array, rate: number): Contender {
  const order = orderByScore(scores);
  const toLarge = new Float64Array(scores.length);
  let left = rate * scores.length;
  for (const { records } of order) {
    const share = Math.min(1, Math.max(0, left) / records.length);
    for (const index of records) toLarge[index] = share;
    left -= records.length;
  }
  return { name, toLarge, order };
}

/** Outcomes of a cascade: the small model and what checks it are always paid, the large model in addition. */
export function cascadePair(
  { small, large }: PairedOutcomes,
  checkUsd?: Float64Array | undefined,
): PairedOutcomes {
  const checkOf = (index: number): number => (checkUsd === undefined ? 0 : (checkUsd[index] as number));
  const stay = small.costUsd?.map((cost, index) => cost + checkOf(index));
  const go = stay && large.costUsd && stay.map((cost, index) => cost + (large.costUsd?.[index] as number));
  return {
    small: { quality: small.quality, ...(stay === undefined || go === undefined ? {} : { costUsd: stay }) },
    large: { quality: large.quality, ...(go === undefined ? {} : { costUsd: go }) },
  };
}

/** Router that flips a coin with probability `rate`, in exact expectation. */
export function atRandom(records: number, rate: number): Contender {
  return byRate("random", new Float64Array(records), rate);
}

export function alwaysTo(model: "small" | "large", records: number): Contender {
  return { name: `always-${model}`, toLarge: new Float64Array(records).fill(model === "large" ? 1 : 0) };
}

/** Router that knows the outcomes: the better model; of two equal ones the cheaper, or the small one. */
export function oracle({ small, large }: PairedOutcomes): Contender {
  const gain = large.quality.map((quality, index) => quality - (small.quality[index] as number));
  const largeIsCheaper = (index: number): boolean =>
    small.costUsd !== undefined &&
    large.costUsd !== undefined &&
    (large.costUsd[index] as number) < (small.costUsd[index] as number);
  const toLarge = gain.map((one, index) => (one > 0 || (one === 0 && largeIsCheaper(index)) ? 1 : 0));
  return { name: "oracle", toLarge, order: orderByScore(gain), knowsOutcomes: true };
}
