/** How far a collection is. Money in US dollars, times in milliseconds. */
export interface CollectProgress {
  /** Calls that are finished, those of earlier runs included. */
  readonly done: number;
  readonly total: number;
  /** Calls that failed in this run, by kind; those that were tried again and went well are not among them. */
  readonly errors: Readonly<Record<string, number>>;
  /** What is known to have been spent, earlier runs and judges included. */
  readonly paidUsd: number;
  /** Answers of which the cost is not known. */
  readonly unpriced: number;
  readonly elapsedMs: number;
  /** Calls finished per minute, in this run. */
  readonly perMinute: number;
  /** Absent while nothing is known of the pace. */
  readonly leftMs?: number | undefined;
  /** What is awaited, where that is batches. */
  readonly batches?: readonly {
    readonly model: string;
    readonly batch: string;
    readonly done?: number | undefined;
    readonly items: number;
  }[];
}
