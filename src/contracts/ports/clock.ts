/** Time of a router. All values in milliseconds. */
export interface Clock {
  /** Time since the epoch: for records, calendar periods and other processes. May jump. */
  wall(): number;
  /** Time from any origin that never goes back: for deadlines, latencies and waits. */
  monotonic(): number;
  /** Calls `run` once after `ms`, which is at most 2^31 - 1. */
  after(ms: number, run: () => void): Timer;
  /**
   * Error of the last reading: the clock threw or gave no time, and the reading before it counted. Asked when
   * a request begins; a request under way goes on. Absent: the clock cannot fail.
   */
  readonly problem?: Error | undefined;
}

export interface Timer {
  cancel(): void;
  /** Starts the wait again from now. */
  restart(): void;
}
