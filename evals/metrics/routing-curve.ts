/** Outcomes of one model, by record. */
export interface ModelOutcomes {
  /** Quality in [0, 1]. */
  readonly quality: Float64Array;
  /** Cost in US dollars. Absent if that of one record is not known. */
  readonly costUsd?: Float64Array | undefined;
}

/** Outcomes of two models on the same records. */
export interface PairedOutcomes {
  readonly small: ModelOutcomes;
  readonly large: ModelOutcomes;
}

/** Records with the same score. */
export interface ScoreCut {
  readonly score: number;
  /** Indices of the records. */
  readonly records: readonly number[];
}

/** Distinct scores with their records, highest first. One sort serves all thresholds and resamples. */
export type ScoreOrder = readonly ScoreCut[];

/** Result of a threshold: records with `score >= threshold` go to the large model. */
export interface CurvePoint {
  /** Threshold of the point. Infinity for the first point: nothing goes to the large model. */
  readonly threshold: number;
  /** Share of the requests that call the large model, in [0, 1]. */
  readonly largeCallRate: number;
  readonly quality: number;
  readonly costUsd?: number | undefined;
}

/**
 * Points of a curve, in order of rising large-call rate: one before all records and one per distinct score.
 */
export type RoutingCurve = readonly CurvePoint[];

/** Sorts records by score, O(n log n). NaN scores are not allowed. */
export function orderByScore(scores: ArrayLike<number>): ScoreOrder {
  const order = Array.from(scores, (_, index) => index);
  const scoreOf = (index: number): number => scores[index] as number;
  order.sort((a, b) => (scoreOf(a) === scoreOf(b) ? a - b : scoreOf(a) < scoreOf(b) ? 1 : -1));
  const cuts: { score: number; records: number[] }[] = [];
  let last: { score: number; records: number[] } | undefined;
  for (const index of order) {
    const score = scoreOf(index);
    if (last === undefined || last.score !== score) {
      last = { score, records: [] };
      cuts.push(last);
    }
    last.records.push(index);
  }
  return cuts;
}

/**
 * Computes quality and cost over the share of large calls, for every threshold that makes a difference: O(n).
 * Between two points a lottery over their thresholds is possible, so the curve may be read as a polyline.
 * `weights` are a bootstrap's counts; the curve is empty without records or weight.
 */
export function routingCurve(
  { small, large }: PairedOutcomes,
  order: ScoreOrder,
  weights?: ArrayLike<number>,
): RoutingCurve {
  const priced = small.costUsd !== undefined && large.costUsd !== undefined;
  const weightOf = (index: number): number => (weights === undefined ? 1 : (weights[index] as number));
  let total = 0;
  let quality = 0;
  let costUsd = 0;
  for (let index = 0; index < small.quality.length; index += 1) {
    const weight = weightOf(index);
    total += weight;
    quality += weight * (small.quality[index] as number);
    if (priced) costUsd += weight * (small.costUsd[index] as number);
  }
  if (total === 0) return [];

  let sent = 0;
  const point = (threshold: number): CurvePoint => ({
    threshold,
    largeCallRate: sent / total,
    quality: quality / total,
    costUsd: priced ? costUsd / total : undefined,
  });
  const curve = [point(Number.POSITIVE_INFINITY)];
  for (const { score, records } of order) {
    for (const index of records) {
      const weight = weightOf(index);
      sent += weight;
      quality += weight * ((large.quality[index] as number) - (small.quality[index] as number));
      if (priced) costUsd += weight * ((large.costUsd[index] as number) - (small.costUsd[index] as number));
    }
    curve.push(point(score));
  }
  return curve;
}
