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
  const hull = costQualityHull(points);
  const from = range?.minCostUsd ?? points[0]?.costUsd;
  const to = range?.maxCostUsd ?? points.at(-1)?.costUsd;
  if (hull === undefined || from === undefined || to === undefined || !(to > from)) return undefined;
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
function costQualityHull(points: readonly CostQuality[]): readonly HullPoint[] | undefined {
  const sorted: HullPoint[] = [];
  let inOrder = true;
  for (const { costUsd, quality } of points) {
    if (costUsd === undefined) return undefined;
    if (costUsd < (sorted.at(-1)?.costUsd ?? costUsd)) inOrder = false;
    sorted.push({ costUsd, quality });
  }
  if (!inOrder) sorted.sort((a, b) => a.costUsd - b.costUsd);

  const hull: HullPoint[] = [];
  for (const point of sorted) {
    const best = hull.at(-1);
    if (best !== undefined && point.quality <= best.quality) continue;
    while (hull.length > 0 && !risesLess(hull, point)) hull.pop();
    hull.push(point);
  }
  return hull;
}

/** True if the last point of the hull is above the line from the one before it to `point`. */
function risesLess(hull: readonly HullPoint[], point: HullPoint): boolean {
  const last = hull.at(-1);
  const before = hull.at(-2);
  if (last === undefined) return true;
  if (before === undefined) return last.costUsd < point.costUsd;
  const cross =
    (last.quality - before.quality) * (point.costUsd - before.costUsd) -
    (point.quality - before.quality) * (last.costUsd - before.costUsd);
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
