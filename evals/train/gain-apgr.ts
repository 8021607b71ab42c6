import { orderByScore } from "../metrics/routing-curve.ts";

/**
 * Computes the APGR of a score for many weights, as a bootstrap has them: sorts once, then takes one pass
 * over arrays each time. `gains`: quality of the large model minus that of the small one, by record. Returns
 * `undefined` if the weighted gain is not above 0.
 *
 *     APGR = (integral of the gain so far over the share of large calls) / (whole gain)
 */
export function gainApgr(
  scores: Float64Array,
  gains: Float64Array,
): (weights: Float64Array) => number | undefined {
  const cuts = orderByScore(scores);
  const order = Uint32Array.from(cuts.flatMap(({ records }) => records));
  // Start of the next cut: records with equal scores are a straight line.
  const ends = new Uint32Array(cuts.length);
  cuts.reduce((start, { records }, cut) => {
    ends[cut] = start + records.length;
    return start + records.length;
  }, 0);
  return (weights) => {
    let total = 0;
    let gained = 0;
    let area = 0;
    let at = 0;
    for (let cut = 0; cut < ends.length; cut += 1) {
      let weight = 0;
      let gain = 0;
      for (const end = ends[cut] as number; at < end; at += 1) {
        const record = order[at] as number;
        weight += weights[record] as number;
        gain += (weights[record] as number) * (gains[record] as number);
      }
      area += weight * (gained + gain / 2);
      gained += gain;
      total += weight;
    }
    return gained > 0 ? area / (total * gained) : undefined;
  };
}
