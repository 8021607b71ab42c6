/**
 * Sorts positions by value into at most `count` bins of about as many records each. Equal values stay in one
 * bin, so there are fewer bins where many are equal, and one if all are.
 */
export function equalMassBins(values: ArrayLike<number>, count: number): readonly (readonly number[])[] {
  const valueAt = (position: number | undefined): number => values[position as number] as number;
  const sorted = Array.from(values, (_, position) => position).sort(
    (a, b) => valueAt(a) - valueAt(b) || a - b,
  );
  const bins: number[][] = [];
  let start = 0;
  for (let bin = 1; bin <= count && start < sorted.length; bin += 1) {
    let end = Math.max(start + 1, Math.round((bin * sorted.length) / count));
    while (end < sorted.length && valueAt(sorted[end]) === valueAt(sorted[end - 1])) end += 1;
    bins.push(sorted.slice(start, end));
    start = end;
  }
  return bins;
}
