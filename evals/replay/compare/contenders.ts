import { orderByScore, type PairedOutcomes, type ScoreOrder } from "../../metrics/routing-curve.ts";

/** A router between two models, as far as the metrics need to know it. */
export interface Contender {
  readonly name: string;
  /** By record: probability of the large model. */
  readonly toLarge: Float64Array;
  /** Its ranking of the records; absent where there is nothing to rank by. */
  readonly order?: ScoreOrder | undefined;
  /** The oracle: its AIQ is that of the best router there could be, not of its own ranking. */
  readonly knowsOutcomes?: boolean | undefined;
}

/** Records with `score >= threshold` go to the large model. */
export function byThreshold(name: string, scores: Float64Array, threshold: number): Contender {
  const toLarge = scores.map((score) => (score >= threshold ? 1 : 0));
  return { name, toLarge, order: orderByScore(scores) };
}

/** The highest scores go to the large model, as many as `rate` says; a tie at the cut is a lottery. */
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

/** A coin with probability `rate`, in exact expectation. */
export function atRandom(records: number, rate: number): Contender {
  return byRate("random", new Float64Array(records), rate);
}

export function alwaysTo(model: "small" | "large", records: number): Contender {
  return { name: `always-${model}`, toLarge: new Float64Array(records).fill(model === "large" ? 1 : 0) };
}

/** Knows the outcomes: the better model; of two equal ones the cheaper, or the small one. */
export function oracle({ small, large }: PairedOutcomes): Contender {
  const gain = large.quality.map((quality, index) => quality - (small.quality[index] as number));
  const largeIsCheaper = (index: number): boolean =>
    small.costUsd !== undefined &&
    large.costUsd !== undefined &&
    (large.costUsd[index] as number) < (small.costUsd[index] as number);
  const toLarge = gain.map((one, index) => (one > 0 || (one === 0 && largeIsCheaper(index)) ? 1 : 0));
  return { name: "oracle", toLarge, order: orderByScore(gain), knowsOutcomes: true };
}
