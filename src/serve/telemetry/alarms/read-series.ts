import type { Family } from "../../metrics/family.ts";
import type { Reading, SeriesRead } from "./rule.ts";

/** Reads the series that fit, together. */
export function readSeries(
  families: ReadonlyMap<string, Family>,
  { series, labels = {} }: SeriesRead,
): Reading {
  const family = families.get(`switchpoint_${series}`);
  if (family === undefined) return { sum: 0 };
  const wanted = Object.entries(labels).map(([name, value]) => [family.labels.indexOf(name), value] as const);
  let sum = 0;
  let min: number | undefined;
  let max: number | undefined;
  const counts =
    family.buckets === undefined ? undefined : new Array<number>(family.buckets.length + 1).fill(0);
  for (const cell of family.cells()) {
    if (!wanted.every(([at, value]) => cell.labels[at] === value)) continue;
    sum += cell.value;
    min = Math.min(min ?? cell.value, cell.value);
    max = Math.max(max ?? cell.value, cell.value);
    cell.counts?.forEach((count, at) => {
      if (counts !== undefined) counts[at] = (counts[at] ?? 0) + count;
    });
  }
  return { sum, min, max, counts, bounds: family.buckets };
}
