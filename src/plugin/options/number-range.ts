/** Numbers from `min`, or above `above`, to `max`, or below `below`. */
export interface NumberRange {
  /** Smallest number. Default: none. */
  readonly min?: number | undefined;
  /** Bound that the number must be above. */
  readonly above?: number | undefined;
  /** Largest number. Default: any finite one; Infinity allows infinite ones. */
  readonly max?: number | undefined;
  /** Bound that the number must be below. */
  readonly below?: number | undefined;
  readonly integer?: boolean | undefined;
}

export function isWithin(value: unknown, range: NumberRange): value is number {
  const { min, above, max = Number.MAX_VALUE, below, integer } = range;
  return (
    typeof value === "number" &&
    value >= (min ?? Number.NEGATIVE_INFINITY) &&
    value <= max &&
    (above === undefined || value > above) &&
    (below === undefined || value < below) &&
    (integer !== true || Number.isInteger(value))
  );
}

/** Returns the range as people write it: `an integer in [1, 10]`. */
export function describeRange({ min, above, max, below, integer }: NumberRange): string {
  const kind = integer ? "an integer" : "a number";
  const hasLow = (min ?? above) !== undefined;
  const hasHigh = (max ?? below) !== undefined;
  if (!hasLow && !hasHigh) return `a finite ${integer ? "integer" : "number"}`;
  if (!hasHigh) return `${kind} ${above === undefined ? `of at least ${min}` : `above ${above}`}`;
  if (!hasLow) return `${kind} ${below === undefined ? `of at most ${max}` : `below ${below}`}`;
  const low = above === undefined ? `[${min}` : `(${above}`;
  return `${kind} in ${low}, ${below === undefined ? `${max}]` : `${below})`}`;
}
