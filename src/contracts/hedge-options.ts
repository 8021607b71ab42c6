/** When a second model is asked beside one whose stream is late. */
export interface HedgeOptions {
  /**
   * Least wait for the first content, in milliseconds, and the whole wait while the model's 95th
   * percentile of the time to first token is not known (fewer than 20 streams in 10 minutes).
   * Default: that percentile alone, and no hedge while it is not known.
   */
  readonly afterMs?: number | undefined;
  /** Hedges allowed for each request, all together, in (0, 1]. At most 100 requests' worth is saved up. Default 0.05. */
  readonly ratio?: number | undefined;
}
