/** Exact expectations over the policy's lotteries, by record and on average. */
export interface Replay<Id extends string> {
  /** Records that were replayed. */
  readonly records: number;
  /** Records that lack the outcome of one of the models, or for which no model is permitted. */
  readonly skipped: number;
  /** Records without a classification although there was a classifier. */
  readonly unclassified: number;
  /** Mean quality of the answers, in [0, 1]. */
  readonly quality: number;
  /**
   * Mean cost of a request, including all calls of a cascade. Absent if an outcome that counts has no cost.
   */
  readonly costUsd?: number | undefined;
  /**
   * Mean time of a request in milliseconds, all calls one after the other. Absent if an outcome that counts has
   * no `latencyMs`.
   */
  readonly latencyMs?: number | undefined;
  /** Share of requests on which each model is called, in [0, 1]. A cascade calls several. */
  readonly callRates: Readonly<Record<Id, number>>;
  readonly byRecord: {
    readonly quality: Float64Array;
    readonly costUsd?: Float64Array | undefined;
    readonly latencyMs?: Float64Array | undefined;
    readonly callRates: Readonly<Record<Id, Float64Array>>;
  };
}
