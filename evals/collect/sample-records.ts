import { seededRandom } from "../../src/loop/statistics/index.ts";

/**
 * Draws `count` of the records, each with the same probability, and keeps their order; all if there are no
 * more.
 */
export function sampleRecords<T>(records: readonly T[], count: number, seed: number): readonly T[] {
  if (count >= records.length) return records;
  const random = seededRandom(seed);
  const positions = records.map((_, index) => index);
  // The first `count` steps of a Fisher-Yates shuffle.
  for (let at = 0; at < count; at += 1) {
    const other = at + Math.floor(random() * (positions.length - at));
    const chosen = positions[other] as number;
    positions[other] = positions[at] as number;
    positions[at] = chosen;
  }
  const chosen = new Set(positions.slice(0, count));
  return records.filter((_, index) => chosen.has(index));
}
