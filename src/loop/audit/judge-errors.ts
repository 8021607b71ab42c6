/** Measures the error of a judge by what it says when the order of two answers is swapped. */
export interface JudgeErrors {
  /** Notes a reply that was not a verdict. */
  unreadable(): void;
  /** Notes the gaps (first minus second quality) of one pair of answers, shown in either order. */
  pair(gapFirst: number, gapSecond: number): void;
  /** Returns the figures so far. Those that need a pair are absent without one. */
  read(): Readonly<Record<string, number>>;
}

/**
 * True unless the winner depends on the order. Both gaps are "the one shown first minus the other": of a judge without
 * error they cancel out.
 */
export function agrees(gapFirst: number, gapSecond: number): boolean {
  return gapFirst * gapSecond <= 0;
}

export function createJudgeErrors(): JudgeErrors {
  let bad = 0;
  let pairs = 0;
  let reversed = 0;
  let bias = 0;
  let distance = 0;
  return {
    unreadable() {
      bad += 1;
    },
    pair(gapFirst, gapSecond) {
      pairs += 1;
      if (!agrees(gapFirst, gapSecond)) reversed += 1;
      bias += (gapFirst + gapSecond) / 2;
      distance += Math.abs(gapFirst + gapSecond) / 2;
    },
    read: () => ({
      unreadable: bad,
      pairs,
      ...(pairs === 0
        ? {}
        : {
            /** Part of the pairs in which the winner depends on the order. */
            reversedShare: reversed / pairs,
            /** Mean advantage of the answer that is shown first. */
            firstBias: bias / pairs,
            /** Mean distance of the loss in one order from the mean of both. */
            orderError: distance / pairs,
          }),
    }),
  };
}
