/** Options of hedging: a second model is asked in parallel when the stream of the first is late. */
export interface HedgeOptions {
  /**
   * Shortest wait for the first content, in milliseconds. The wait is the model's 95th percentile of the
   * time to first token if that is longer. While the percentile is not known (fewer than 20 streams in 10
   * minutes), it is this value. Default: the percentile alone, and no hedge while it is not known.
   */
  readonly afterMs?: number | undefined;
  /**
   * Hedges allowed per request over all requests, in (0, 1]. A new router may make one at once; at most 100 requests'
   * worth, or one, is saved up. Default 0.05.
   */
  readonly ratio?: number | undefined;
}
