/** What one model's calls will cost, before any is made. Money in US dollars; absent: not known. */
export interface ModelEstimate {
  readonly model: string;
  /** Calls that are still to be made. */
  readonly calls: number;
  /** Records that the router's constraints or its context window keep from the model. */
  readonly notPermitted: number;
  /** One of the reasons. */
  readonly notPermittedReason?: string | undefined;
  /** Records that the scorer could score no answer to: they are not sent. */
  readonly unscorable: number;
  /** One of the reasons. */
  readonly unscorableReason?: string | undefined;
  /** Estimated from the text, all calls together. */
  readonly inputTokens: number;
  /** Expected: 300 a call, or the limit where that is lower. */
  readonly outputTokens: number;
  readonly costUsd?: number | undefined;
  /** With outputs as long as they may be. */
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
  /** Whether the scorer may cost something too: that comes on top, since it depends on the answers. */
  readonly scoringCosts: boolean;
  /** Of the models whose price is known. The scorer is not in it. */
  readonly costUsd: number;
  readonly atMostUsd: number;
  /** What earlier runs are known to have cost. */
  readonly paidUsd: number;
  /** Models without a price. */
  readonly unpriced: readonly string[];
  /** Models whose output nothing limits, so that `atMostUsd` is without them. */
  readonly unlimited: readonly string[];
}
