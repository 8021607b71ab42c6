/** Result of testing a list of hypotheses. */
export interface FixedSequence {
  /** Number of hypotheses rejected from the start of the list: their candidates are accepted. */
  readonly accepted: number;
  /** P-values of those that were tested: the accepted ones and the one that ended the test. */
  readonly pValues: readonly number[];
}

/**
 * Tests hypotheses in a fixed order, each at the full level, and stops at the first whose p-value is above
 * it. The chance of rejecting a true one is at most `delta`, since that requires rejecting the first true one
 * (Maurer, Hothorn & Lehmacher 1995). The order must not depend on the labels.
 */
export function fixedSequence(
  count: number,
  pValueOf: (index: number) => number,
  delta: number,
): FixedSequence {
  const pValues: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const pValue = pValueOf(index);
    pValues.push(pValue);
    if (!(pValue <= delta)) return { accepted: index, pValues };
  }
  return { accepted: count, pValues };
}
