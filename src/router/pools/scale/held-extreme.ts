/** A value, from one reading until the next. */
interface Held {
  readonly value: number;
  /** Time of the reading after it. Absent: it still holds. */
  readonly untilMs?: number | undefined;
}

/** The values of a time that may still be its largest, or its smallest: from the first such to the latest. */
export type HeldValues = readonly Held[];

/** Returns whether a value stands for one that came before it, at least as much. */
type Covers = (later: number, earlier: number) => boolean;

export const atMost: Covers = (later, earlier) => later <= earlier;
export const atLeast: Covers = (later, earlier) => later >= earlier;

/**
 * Adds a value that holds from `atMs` on, and leaves out those that ended before the last `windowMs`, and those that a later
 * one covers. The first of the result is the smallest of that time with `atMost`, the largest with `atLeast`. There are no
 * more of them than there are different values.
 */
export function holdValue(
  before: HeldValues,
  value: number,
  { atMs, windowMs, covers }: { readonly atMs: number; readonly windowMs: number; readonly covers: Covers },
): HeldValues {
  const last = before.at(-1);
  const closed = last === undefined ? before : [...before.slice(0, -1), { ...last, untilMs: atMs }];
  const kept = closed.filter(
    (held) => (held.untilMs ?? atMs) > atMs - windowMs && !covers(value, held.value),
  );
  return [...kept, { value }];
}
