import type { FrameArms, FrameNews, FrameRow } from "./frame.ts";

/** Recording of a process since it was asked before, as plain JSON of bounded size. */
export interface Part {
  /** Names of models by their place. */
  readonly models: readonly string[];
  readonly slots: readonly PartSlot[];
  /** Requests, and the rows of the newest of them, the newest first. */
  readonly requests: number;
  readonly rows: readonly Omit<FrameRow, "seq">[];
  readonly arms: readonly FrameArms[];
  /** Requests in the arms of a hold-out: comparison, arm, unit, cost in US dollars or null, and 1 if it failed. */
  readonly measured: readonly (readonly [string, string, string, number | null, 0 | 1])[];
  /** Verdicts on their answers: decision, comparison, arm, unit and quality. */
  readonly ratings: readonly (readonly [string, string, string, string, number])[];
  readonly news: readonly FrameNews[];
  /** Time to which the clock has gone back, in milliseconds since the epoch. */
  readonly backTo?: number | undefined;
}

/** Pairs of a bin and its count. */
type Bins = readonly (readonly [number, number])[];

/** Figures of 15 seconds. */
export interface PartSlot {
  readonly index: number;
  /** Requests, failed and certified ones, cost, unpriced calls, and compared, paid and reference cost. */
  readonly sums: readonly number[];
  readonly times: Bins;
  readonly complexity: Bins;
  /** Place, requests, attempts, failed attempts, cost and times. */
  readonly models: readonly (readonly [number, number, number, number, number, Bins])[];
}
