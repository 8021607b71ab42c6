/** Names of the stretches of time that a page can ask for. */
export const windowNames = ["15m", "1h", "24h", "7d"] as const;

/** Recording of a router or a log: `dashboard(router)` makes one. */
export interface ServedDashboard {
  /** Random name of the recording. */
  readonly epoch: string;
  /** Grows with what is recorded. */
  readonly changes: number;
  /** Returns what is new for a page that has the rows up to `seq` and the states up to `statesSeq`. */
  frame(asked: {
    readonly window: (typeof windowNames)[number];
    readonly seq: number;
    readonly statesSeq: number;
  }): Promise<{ readonly seq: number; readonly statesSeq: number }>;
}
