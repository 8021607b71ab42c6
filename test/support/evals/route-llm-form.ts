/**
 * Returns APGR as RouteLLM's evaluation computes it, implemented from its definition for comparison with
 * ours: 11 thresholds at the deciles of the scores; at or above a threshold goes to the large model,
 * strictly above at the last one; trapezoid rule over the shares of calls. Requires scores without ties.
 */
export function routeLlmApgr(
  scores: readonly number[],
  small: ArrayLike<number>,
  large: ArrayLike<number>,
): number {
  const sorted = [...scores].sort((a, b) => a - b);
  const quantile = (part: number): number => {
    const position = part * (sorted.length - 1);
    const below = Math.floor(position);
    const low = sorted[below] ?? Number.NaN;
    return low + (position - below) * ((sorted[below + 1] ?? low) - low);
  };
  const points = Array.from({ length: 11 }, (_, step) => {
    const threshold = quantile(step / 10);
    const sent = scores.map((score) => (step === 10 ? score > threshold : score >= threshold));
    const quality = sent.map((toLarge, index) => (toLarge ? large[index] : small[index]) ?? Number.NaN);
    return { share: meanOf(sent.map(Number)), quality: meanOf(quality) };
  }).reverse();
  let area = 0;
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before !== undefined) area += ((point.share - before.share) * (point.quality + before.quality)) / 2;
  }
  const [from, to] = [meanOf(Array.from(small)), meanOf(Array.from(large))];
  return (area - from) / (to - from);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
