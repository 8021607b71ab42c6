import type { PairedOutcomes, RoutingCurve, ScoreOrder } from "./routing-curve.ts";

/**
 * Points of a curve as columns. A bootstrap computes thousands of curves of many thousand points: as objects they
 * would take most of its time and memory.
 */
export interface CurveColumns {
  /** Number of points; the columns may be longer. */
  readonly length: number;
  readonly largeCallRate: Float64Array;
  readonly quality: Float64Array;
  /** Absent if a cost is not known. */
  readonly costUsd?: Float64Array | undefined;
}

/** Returns the columns of a curve. */
export function columnsOf(curve: RoutingCurve): CurveColumns {
  const priced = curve.every(({ costUsd }) => costUsd !== undefined);
  return {
    length: curve.length,
    largeCallRate: Float64Array.from(curve, (point) => point.largeCallRate),
    quality: Float64Array.from(curve, (point) => point.quality),
    costUsd: priced ? Float64Array.from(curve, (point) => point.costUsd as number) : undefined,
  };
}

/**
 * Returns a function that computes the same points as `routingCurve` for the weights of a resample. It reuses its
 * columns: do not keep them.
 */
export function curveReader(
  { small, large }: PairedOutcomes,
  order: ScoreOrder,
): (weights: Float64Array) => CurveColumns {
  const records = Uint32Array.from(order.flatMap((cut) => cut.records));
  const ends = new Uint32Array(order.length);
  let end = 0;
  for (const [index, cut] of order.entries()) {
    end += cut.records.length;
    ends[index] = end;
  }
  const priced = small.costUsd !== undefined && large.costUsd !== undefined;
  const gainOf = (from: Float64Array, to: Float64Array): Float64Array =>
    Float64Array.from(records, (index) => (to[index] as number) - (from[index] as number));
  const qualityGain = gainOf(small.quality, large.quality);
  const costGain = priced ? gainOf(small.costUsd, large.costUsd) : new Float64Array(records.length);
  const cost = priced ? small.costUsd : new Float64Array(small.quality.length);
  const rates = new Float64Array(order.length + 1);
  const qualities = new Float64Array(order.length + 1);
  const costs = new Float64Array(order.length + 1);

  return (weights) => {
    let total = 0;
    let quality = 0;
    let costUsd = 0;
    for (let index = 0; index < small.quality.length; index += 1) {
      const weight = weights[index] as number;
      total += weight;
      quality += weight * (small.quality[index] as number);
      costUsd += weight * (cost[index] as number);
    }
    const columns = { largeCallRate: rates, quality: qualities, costUsd: priced ? costs : undefined };
    if (total === 0) return { length: 0, ...columns };
    let sent = 0;
    let at = 0;
    rates[0] = 0;
    qualities[0] = quality / total;
    costs[0] = costUsd / total;
    for (let cut = 0; cut < ends.length; cut += 1) {
      const next = ends[cut] as number;
      for (; at < next; at += 1) {
        const weight = weights[records[at] as number] as number;
        sent += weight;
        quality += weight * (qualityGain[at] as number);
        costUsd += weight * (costGain[at] as number);
      }
      rates[cut + 1] = sent / total;
      qualities[cut + 1] = quality / total;
      costs[cut + 1] = costUsd / total;
    }
    return { length: ends.length + 1, ...columns };
  };
}
