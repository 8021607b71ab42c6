/** Progress of a collection. Money in US dollars, times in milliseconds. */
export interface CollectProgress {
  /** Finished calls, including those of earlier runs. */
  readonly done: number;
  readonly total: number;
  /** Counts of calls that failed in this run, by kind, without those that succeeded at a further try. */
  readonly errors: Readonly<Record<string, number>>;
  /** Known cost, including earlier runs and judges. */
  readonly paidUsd: number;
  /** Answers and scores of unknown cost. */
  readonly unpriced: number;
  readonly elapsedMs: number;
  /** Calls finished per minute, in this run. */
  readonly perMinute: number;
  /** Expected time that is left. Absent while the rate is not known. */
  readonly leftMs?: number | undefined;
  /** Batches that are awaited. */
  readonly batches?: readonly {
    readonly model: string;
    readonly batch: string;
    readonly done?: number | undefined;
    readonly items: number;
  }[];
}
