/** Estimate of one model's calls, before any is made. Money in US dollars; absent if not known. */
export interface ModelEstimate {
  readonly model: string;
  /** Calls that are still to be made. */
  readonly calls: number;
  /** Records that are not sent to the model, because of the router's constraints or its context window. */
  readonly notPermitted: number;
  /** Reason for one of them. */
  readonly notPermittedReason?: string | undefined;
  /** Records for which no answer could be scored: they are not sent. */
  readonly unscorable: number;
  /** Reason for one of them. */
  readonly unscorableReason?: string | undefined;
  /** Tokens estimated from the text, all calls together. */
  readonly inputTokens: number;
  /** Expected tokens: 300 a call, or the limit if that is lower. */
  readonly outputTokens: number;
  readonly costUsd?: number | undefined;
  /** Cost with outputs as long as they may be. */
  readonly atMostUsd?: number | undefined;
}

export interface CollectEstimate {
  readonly records: number;
  /** Name of the scorer. */
  readonly scorer: string;
  readonly calls: number;
  /** Calls that earlier runs have finished. */
  readonly done: number;
  readonly models: readonly ModelEstimate[];
  /** True if the scorer may cost something too: that is additional, since it depends on the answers. */
  readonly scoringCosts: boolean;
  /** Cost of the models whose price is known, without the scorer. */
  readonly costUsd: number;
  readonly atMostUsd: number;
  /** Known cost of earlier runs. */
  readonly paidUsd: number;
  /** Models without a price. */
  readonly unpriced: readonly string[];
  /** Models without a limit on their output, so that `atMostUsd` does not include them. */
  readonly unlimited: readonly string[];
}
