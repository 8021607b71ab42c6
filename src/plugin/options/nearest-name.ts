/** Longest name that is compared, in characters. */
const longest = 64;

/**
 * Returns the known name that a misspelt one is meant to be; undefined if none is near. `most`: the largest number of edits;
 * by default a third of the letters.
 */
export function nearestName(
  name: string,
  known: readonly string[],
  most: number = Math.max(1, Math.floor(name.length / 3)),
): string | undefined {
  if (name.length > longest) return undefined;
  let nearest: string | undefined;
  let least = most + 1;
  for (const one of known) {
    // There are at least as many edits as the lengths differ by.
    if (one.length > longest || Math.abs(one.length - name.length) >= least) continue;
    const edits = editsBetween(name.toLowerCase(), one.toLowerCase());
    if (edits < least) {
      least = edits;
      nearest = one;
    }
  }
  return nearest;
}

/** Number of letters to insert, remove or replace, or of neighbours to swap, to get from one name to the other. */
function editsBetween(name: string, other: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= name.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = name[i - 1] === other[j - 1];
      const swaps = i > 1 && j > 1 && name[i - 1] === other[j - 2] && name[i - 2] === other[j - 1];
      next[j] = Math.min(
        at(row, j) + 1,
        at(next, j - 1) + 1,
        at(row, j - 1) + (isSame ? 0 : 1),
        swaps ? at(before, j - 2) + 1 : longest,
      );
    }
    before = row;
    row = next;
  }
  return at(row, other.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? longest;
}
