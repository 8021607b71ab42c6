/** States that a decision log writes as lines of their own: `loopStates` of `switchpoint/loop` makes them. */
export interface StateLines {
  /**
   * Begins to look at them, and calls `write` with those that are new. `writer` is a random name: processes that write to one
   * file may differ in their states.
   */
  open(write: (writer: string, states: object) => void): OpenStateLines;
}

export interface OpenStateLines {
  /** Something has changed: the states are written within a second. */
  soon(): void;
  /** Writes the last states. */
  close(): Promise<void>;
}
