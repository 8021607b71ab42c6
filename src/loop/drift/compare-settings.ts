export interface CompareSettings {
  /** Probability of a false alarm of one comparison, in (0, 0.5]. */
  readonly level: number;
  /** Fewest observations on either side. */
  readonly least: number;
}
