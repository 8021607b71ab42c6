export interface CostQuality {
  readonly costUsd?: number | undefined;
  readonly quality: number;
}

export interface CostRange {
  readonly minCostUsd: number;
  readonly maxCostUsd: number;
}

/**
 * Average improvement in quality: the mean height of the router's non-decreasing convex hull in the
 * cost–quality plane over a range of cost, in [0, 1].
 *
 *     AIQ = 1 / (cmax - cmin) * integral from cmin to cmax of hull(c) dc
 *
 * The hull is what lotteries over the points can reach; beyond the most expensive point it stays level.
 * `range` must be the same for all routers that are compared. Default: from the cost of the first point to
 * that of the last one, which are always-small and always-large on a routing curve.
 *
 * Source: RouterBench (arXiv 2403.12031). The difference: the range is the pair's own cost range instead of
 * one over all models.
 *
 * `undefined` (not applicable) if a cost is not known, if the range is empty, and if no point is as cheap as
 * its lower end.
 */
export function aiq(points: readonly CostQuality[], range?: CostRange): number | undefined {
  if (points.some(({ costUsd }) => costUsd === undefined)) return undefined;
  const columns = {
    length: points.length,
    costUsd: Float64Array.from(points, ({ costUsd }) => costUsd as number),
    quality: Float64Array.from(points, ({ quality }) => quality),
  };
  return aiqOf(columns, range);
}

/** Points as columns; `length` is their number, the columns may be longer. */
export interface CostQualityColumns {
  readonly length: number;
  readonly costUsd?: Float64Array | undefined;
  readonly quality: Float64Array;
}

/** AIQ of points that are columns. */
export function aiqOf(
  { length, costUsd, quality }: CostQualityColumns,
  range?: CostRange,
): number | undefined {
  if (costUsd === undefined) return undefined;
  const hull = costQualityHull(costUsd, quality, length);
  const from = range?.minCostUsd ?? (length > 0 ? costUsd[0] : undefined);
  const to = range?.maxCostUsd ?? (length > 0 ? costUsd[length - 1] : undefined);
  if (from === undefined || to === undefined || !(to > from)) return undefined;
  const first = hull[0];
  if (first === undefined || first.costUsd > from) return undefined;

  let area = 0;
  let previous = first;
  for (const point of hull) {
    area += areaBetween(previous, point, from, to);
    previous = point;
  }
  area += previous.quality * Math.max(0, to - Math.max(from, previous.costUsd));
  return area / (to - from);
}

interface HullPoint {
  readonly costUsd: number;
  readonly quality: number;
}

/** Upper hull of the points up to the best one, by rising cost: concave and rising. */
function costQualityHull(costs: Float64Array, qualities: Float64Array, length: number): readonly HullPoint[] {
  const sorted = byCost(costs, length);
  // Indices of the hull's points.
  const hull: number[] = [];
  for (let place = 0; place < length; place += 1) {
    const at = sorted === undefined ? place : (sorted[place] as number);
    const best = hull.at(-1);
    if (best !== undefined && (qualities[at] as number) <= (qualities[best] as number)) continue;
    while (hull.length > 0 && !risesLess(costs, qualities, hull, at)) hull.pop();
    hull.push(at);
  }
  return hull.map((at) => ({ costUsd: costs[at] as number, quality: qualities[at] as number }));
}

/** The indices of the points by rising cost, equal ones in their order; undefined if they are in order. */
function byCost(costs: Float64Array, length: number): Uint32Array | undefined {
  let inOrder = true;
  for (let at = 1; at < length && inOrder; at += 1)
    inOrder = (costs[at] as number) >= (costs[at - 1] as number);
  if (inOrder) return undefined;
  return Uint32Array.from({ length }, (_, at) => at).sort(
    (a, b) => (costs[a] as number) - (costs[b] as number) || a - b,
  );
}

/** True if the last point of the hull is above the line from the one before it to the point `at`. */
function risesLess(
  costs: Float64Array,
  qualities: Float64Array,
  hull: readonly number[],
  at: number,
): boolean {
  const last = hull[hull.length - 1] as number;
  const [cost, quality] = [costs[last] as number, qualities[last] as number];
  if (hull.length < 2) return cost < (costs[at] as number);
  const before = hull[hull.length - 2] as number;
  const [costBefore, qualityBefore] = [costs[before] as number, qualities[before] as number];
  const cross =
    (quality - qualityBefore) * ((costs[at] as number) - costBefore) -
    ((qualities[at] as number) - qualityBefore) * (cost - costBefore);
  return cross > 0;
}

function areaBetween(a: HullPoint, b: HullPoint, from: number, to: number): number {
  const left = Math.max(from, a.costUsd);
  const right = Math.min(to, b.costUsd);
  if (!(right > left)) return 0;
  const heightAt = (costUsd: number): number =>
    a.quality + ((b.quality - a.quality) * (costUsd - a.costUsd)) / (b.costUsd - a.costUsd);
  return ((right - left) * (heightAt(left) + heightAt(right))) / 2;
}
