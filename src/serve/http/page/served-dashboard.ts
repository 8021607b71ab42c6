import type { WindowName } from "../../status/window-names.ts";

/** Recording of a router or a log: `dashboard(router)` makes one. */
export interface ServedDashboard {
  /** Random name of the recording. */
  readonly epoch: string;
  /** Grows with what is recorded. */
  readonly changes: number;
  /** Returns what is new for a page that has the rows up to `seq` and the states up to `statesSeq`. */
  frame(asked: {
    readonly window: WindowName;
    readonly seq: number;
    readonly statesSeq: number;
  }): Promise<{ readonly seq: number; readonly statesSeq: number }>;
}
