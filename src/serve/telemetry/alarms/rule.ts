import type { OptionTable } from "../../../plugin/index.ts";
import { type SeriesName, seriesNames } from "../../metrics/families.ts";

/** Series that a rule reads: those whose labels have these values. */
export interface SeriesRead {
  readonly series: SeriesName;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export const seriesRead: OptionTable<SeriesRead, "labels"> = {
  series: { is: "choice", of: seriesNames, expected: "the name of a series, without switchpoint_" },
  labels: { is: "record", of: { is: "text", empty: true }, optional: true },
};

/** Times of a rule, in milliseconds. */
export const ruleSpan = { is: "number", min: 0, max: 86_400_000 } as const;

/** Values of some series, read together. */
export interface Reading {
  readonly sum: number;
  /** Smallest and largest of them. Absent: there is none. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Observations by bucket, with the bounds of the buckets. Histograms only. */
  readonly counts?: readonly number[] | undefined;
  readonly bounds?: readonly number[] | undefined;
}

export interface Judged {
  /** Undefined: too little is known, which counts as no. */
  readonly firing: boolean | undefined;
  readonly value?: number | undefined;
  /** Reason for people, from figures and names of series. */
  readonly reason: string;
}

/** A condition on series. Plain data and a pure function: the engine keeps the state. */
export interface AlarmRule {
  /** Name, once among the rules. */
  readonly name: string;
  readonly reads: readonly SeriesRead[];
  /** Length of the window in milliseconds; 0: the rule reads states. */
  readonly windowMs: number;
  /** Time for which the condition must hold in milliseconds. Default 0. */
  readonly forMs?: number | undefined;
  /** `now` and `before` have a reading for each of `reads`, in that order; `before` is from the start of the window. */
  judge(now: readonly Reading[], before: readonly Reading[], elapsedMs: number): Judged;
}
