import { askedRanges } from "../asked-ranges.ts";
import { type ReadFacts, type ReadRange, readRanges, type Stretch, textOf } from "../read-features.ts";

/** Is called for each piece of a range, which belongs to what is asked or does not. */
export type Visit = (facts: ReadFacts, range: ReadRange, start: number, end: number, asked: boolean) => void;

/**
 * Calls `visit` for what is read of a request in order, in pieces. Loads the ask. Calls, since a
 * list of pieces would cost as much as to find them.
 */
export function visitPieces(facts: ReadFacts, visit: Visit): void {
  const ranges = readRanges(facts);
  for (let index = 0; index < ranges.length; index += 1) {
    const first = ranges[index] as ReadRange;
    const text = textOf(facts, first);
    const head = text.slice(first.start, first.end);
    const second = ranges[index + 1];
    if (second === undefined || second.text !== first.text) {
      visitRange(facts, first, askedRanges(head), first.start, visit);
      continue;
    }
    // Two ranges are the beginning and the end of a long ask, as if nothing were between them.
    const asked = askedRanges(head + text.slice(second.start, second.end));
    visitRange(facts, first, asked, first.start, visit);
    visitRange(facts, second, asked, second.start - (first.end - first.start), visit);
    index += 1;
  }
}

/** Cuts a range at the borders of the asked stretches, which count from `offset`. */
function visitRange(
  facts: ReadFacts,
  range: ReadRange,
  asked: readonly Stretch[],
  offset: number,
  visit: Visit,
): void {
  let from = range.start;
  for (let index = 0; index < asked.length; index += 1) {
    const stretch = asked[index] as Stretch;
    const start = Math.max(range.start, stretch.start + offset);
    const end = Math.min(range.end, stretch.end + offset);
    if (end <= start) continue;
    if (start > from) visit(facts, range, from, start, false);
    visit(facts, range, start, end, true);
    from = end;
  }
  if (range.end > from) visit(facts, range, from, range.end, false);
}
