/** Value of a label in place of one that has no place. */
export const other = "other";

/** Returns the value of a label, or `other` where it has no place of its own. */
export type BoundLabel = (value: string | undefined) => string;

/** Longest value of a label in characters: names are short, and texts do not get through. */
const longest = 128;

/**
 * Returns a label whose values are these and no others. `overflowed` is called for each value that became `other`. An
 * absent value is `none`.
 */
export function closedLabel(values: Iterable<string>, overflowed: () => void): BoundLabel {
  const known = new Set(values);
  return (value) => {
    if (value === undefined) return "none";
    if (known.has(value)) return value;
    overflowed();
    return other;
  };
}

/**
 * Returns a label with a place for each of these values, and for at most `most` others, first come, first served. Only
 * for names that come from the application's code: a caller could fill the places.
 */
export function namedLabel(values: Iterable<string>, most: number, overflowed: () => void): BoundLabel {
  const known = new Set(values);
  const bound = known.size + most;
  return (value) => {
    if (value === undefined) return "none";
    if (known.has(value)) return value;
    if (known.size < bound && value.length <= longest) {
      known.add(value);
      return value;
    }
    overflowed();
    return other;
  };
}
