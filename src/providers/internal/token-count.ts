/** Largest count that is believed: no call takes more. */
const mostTokens = 1e9;

/** Returns a count of tokens as a provider states it; undefined for anything that cannot be one. */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= mostTokens ? value : undefined;
}

/** Adds counts; undefined if one of them is not known. */
export function addCounts(...counts: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const count of counts) {
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}
