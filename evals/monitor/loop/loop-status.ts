import type { DriftStatus } from "../../../src/loop/index.ts";
import type { Estimate } from "../../../src/loop/statistics/index.ts";

/** State of a live promise, as far as it is shown. */
export interface PromiseView {
  readonly state: string;
  readonly records: number;
  readonly meanLoss?: number | undefined;
  /** Evidence that it is broken, and what makes it broken. */
  readonly evidence?: number | undefined;
  readonly alarmAt?: number | undefined;
}

/** Audited records by what decided the request. */
export type DecidedCounts = Readonly<Record<string, number>>;

/** Conclusion from the audited records. */
export type LoopEvidence =
  | {
      readonly kind: "enough";
      /** Records that were looked at, the oldest first. */
      readonly looked: number;
      readonly threshold: number;
      readonly largeCallRate: number;
      readonly loss: number;
      /** Saved share of always-large's cost. Absent if a cost is not known. */
      readonly saving?: Estimate | undefined;
      /** Saved US dollars in 1,000 requests. */
      readonly savedUsd?: number | undefined;
    }
  | {
      readonly kind: "too-few";
      readonly looked: number;
      /** Estimate of the records that would do; of a kind of their own where sessions have several. */
      readonly needed: number;
      readonly reason: string;
    }
  /** More records like these would not do: the small model loses more than is permitted. */
  | { readonly kind: "loses-too-much"; readonly looked: number; readonly reason: string }
  /** There are no texts to classify, or no models to compare. */
  | { readonly kind: "unusable"; readonly looked: number; readonly reason: string };

/** Progress of a loop towards a certificate. Plain JSON without text of requests. */
export interface LoopStatus {
  /** ISO 8601. */
  readonly at: string;
  readonly file: string;
  readonly small?: string | undefined;
  readonly large?: string | undefined;
  readonly maxLoss: number;
  readonly confidence: number;
  /** Lines of the file, and those with outcomes of both models. */
  readonly lines: number;
  readonly records: number;
  readonly decided: DecidedCounts;
  readonly firstAt?: string | undefined;
  readonly lastAt?: string | undefined;
  /** Records a day, from the last week of the file. Absent: there are too few to say. */
  readonly recordsPerDay?: number | undefined;
  /** Days until there are as many as needed. */
  readonly daysLeft?: number | undefined;
  readonly audit: {
    /** Sum of what audits cost, in US dollars, and records whose cost is not known. */
    readonly costUsd: number;
    readonly unknownCosts: number;
    /** Smallest and largest probability with which records were drawn. */
    readonly probability?: readonly [low: number, high: number] | undefined;
    readonly scorers: readonly string[];
  };
  /** Loss against the reference of requests that the policy decided, by traffic weight. Absent without one. */
  readonly live?: { readonly loss: number; readonly records: number } | undefined;
  readonly evidence: LoopEvidence;
  readonly promise?: PromiseView | undefined;
  readonly drift?: DriftStatus | undefined;
  /** Sentences that a reader must know. */
  readonly warnings: readonly string[];
  readonly next: { readonly text: string; readonly command?: string | undefined };
}
