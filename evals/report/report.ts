import type { Estimate } from "../../src/loop/statistics/index.ts";
import type { DerivedVolume } from "./volume.ts";

/**
 * Content of a report as plain JSON. Quality is in [0, 1], costs are US dollars a request, intervals are
 * `confidence`.
 */
export interface Report {
  readonly formatVersion: 1;
  /**
   * Kind: `pair` for a threshold between two models; `router` for any other policy of a configured router.
   */
  readonly kind: "pair" | "router";
  /** Description of the replayed policy. */
  readonly policy: string;
  /** Names of the models, from small to large if `kind` is `pair`. */
  readonly models: readonly string[];
  /** Single model that losses and savings are measured against: the large one, else the best one. */
  readonly reference: string;
  /** Complexities at which the policy changes the model. */
  readonly thresholds: readonly number[];
  readonly confidence: number;
  /** Model that answers everything today: doing nothing. Default: the reference. */
  readonly today: string;
  /** Verdict in one sentence. */
  readonly verdict: string;
  readonly recommendation: Recommendation;
  /** Name of what graded the answers: a scorer, a judge, people. Absent if it was not named. */
  readonly judge?: string | undefined;
  /** True if every answer is graded 0 or 1: quality is then the share of good answers. */
  readonly rightOrWrong: boolean;
  /** Warnings for the reader, the most serious first. */
  readonly warnings: readonly string[];
  /** Rows: the router first, then the routers that it is compared with, the oracle last. */
  readonly rows: readonly ReportRow[];
  /** Curves of a pair. */
  readonly curves?: Curves | undefined;
  readonly categories: readonly CategoryRow[];
  readonly calibration?: Calibration | undefined;
  /** Distribution of complexity. Absent without a classifier. */
  readonly scores?: readonly ScoreBin[] | undefined;
  readonly certificate?: ReportedCertificate | undefined;
  readonly worst: WorstRouted;
  /** The policy against each model alone, in the order of `models`. */
  readonly alternatives: readonly Alternative[];
  /** Saving against the reference. Absent if a cost is not known. */
  readonly saving?: Saving | undefined;
  /** Models without a cost on some records. Empty if all costs are known. */
  readonly uncosted: readonly { readonly model: string; readonly records: number }[];
  readonly provenance: Provenance;
}

export type ReportMetric =
  | "quality"
  | "costUsd"
  | "largeCallRate"
  | "saving"
  | "loss"
  | "overRandom"
  | "apgr"
  | "regret";

/**
 * Results of one router. `saving`: share of the reference's cost; `loss`: quality of the reference minus that
 * of the router; `largeCallRate`: share of requests that call the reference; `overRandom`: quality beyond
 * that of a random choice between the two models at the same cost, or at the same large-call rate if a cost
 * is not known; `apgr`: of the classifier, over all thresholds. `undefined` if not applicable.
 */
export type ReportRow = { readonly name: string; readonly model?: string | undefined } & Readonly<
  Record<ReportMetric, Estimate | undefined>
>;

export interface CurvePoint {
  /** Threshold. Absent: nothing goes to the large model. */
  readonly threshold?: number | undefined;
  readonly largeCallRate: number;
  readonly quality: number;
  readonly costUsd?: number | undefined;
}

export interface Curves {
  /** Name of the classifier. */
  readonly name: string;
  /** Results of the classifier at all thresholds, thinned. */
  readonly router: readonly (CurvePoint & {
    readonly low?: number | undefined;
    readonly high?: number | undefined;
  })[];
  /** Results of the length of the ask; absent if the classifier is length itself. */
  readonly length?: readonly CurvePoint[] | undefined;
  /** Best possible quality at each cost, or at each large-call rate. */
  readonly oracle: readonly (Omit<CurvePoint, "largeCallRate"> & {
    readonly largeCallRate?: number | undefined;
  })[];
}

export interface CategoryRow {
  readonly category: string;
  /** Number of categories that this row pools, if it pools some. */
  readonly pooled?: number | undefined;
  readonly records: number;
  /** Number of independent units. */
  readonly units: number;
  /** True if there are too few units to conclude anything. */
  readonly few: boolean;
  readonly largeCallRate: number;
  readonly quality: number;
  readonly referenceQuality: number;
  readonly loss: Estimate;
  readonly saving?: Estimate | undefined;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly records: number;
  /** Mean of the estimate: quality, or complexity. */
  readonly estimated: number;
  readonly measured: Estimate;
}

/**
 * Calibration. `quality`: estimated against measured quality of each model. `gain`: complexity against the
 * large model's gain.
 */
export type Calibration =
  | {
      readonly kind: "quality";
      readonly models: readonly {
        readonly model: string;
        readonly brier: number;
        readonly ece: number;
        /** Error that exactly right estimates would show. */
        readonly eceByChance: number;
        readonly bins: readonly Bin[];
      }[];
    }
  | { readonly kind: "gain"; readonly bins: readonly Bin[] };

/** Bin of complexities in [from, to), the last bin including its end. */
export interface ScoreBin {
  readonly from: number;
  readonly to: number;
  readonly records: number;
  /** Expected number of them that call the reference. */
  readonly toReference: number;
}

/** Promise of a tuning file, and if it applies to these records. */
export interface ReportedCertificate {
  readonly version: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly guarantee: "mean" | "regressions";
  readonly records: number;
  /** Number of independent units. */
  readonly units: number;
  /** Limit on requests that share one of `fields`, of which at most `most` count. Absent if none did. */
  readonly counted?: { readonly fields: readonly string[]; readonly most: number } | undefined;
  /** Threshold. Absent for another parameter, or a threshold for each category. */
  readonly threshold?: number | undefined;
  readonly maxLoss: number;
  readonly confidence: number;
  /** Loss measured on the tuning records. */
  readonly loss: number;
  /** Estimate, not a promise: the test's bound for the chosen policy alone. */
  readonly upperBound: number;
  readonly pValue: number;
  readonly saving?: Estimate | undefined;
  readonly judge?: string | undefined;
  /**
   * Certificates by category, if each has a threshold of its own; a category without a promise goes to the
   * large model.
   */
  readonly categories?:
    | readonly {
        readonly category: string;
        readonly threshold: number;
        readonly records: number;
        readonly upperBound?: number | undefined;
        readonly problem?: string | undefined;
      }[]
    | undefined;
  /** Sentences about the tuning records that must be known first: shown above all else. */
  readonly concerns: readonly string[];
  /** Other sentences that a reader must also know. */
  readonly notes: readonly string[];
  /** Reasons why it does not hold for the subject; empty if it holds. */
  readonly problems: readonly string[];
  /** Number of the report's records that it was tuned on. */
  readonly tunedOn: number;
}

export interface WorstRouted {
  /** Number of records on which another model would have been better. */
  readonly misrouted: number;
  /** Worst of them, limited in number. */
  readonly records: readonly {
    readonly id: string;
    readonly category?: string | undefined;
    readonly complexity?: number | undefined;
    /** Models that were called, the last one first. */
    readonly sentTo: readonly string[];
    readonly quality: number;
    readonly best: string;
    readonly regret: number;
    /** Prompt, cut; absent if prompts are left out. */
    readonly prompt?: string | undefined;
  }[];
}

/** Advice for a decision: `go` switch it on, `care` with a reservation, `wait` not yet, `no` better not. */
export interface Recommendation {
  readonly level: "go" | "care" | "wait" | "no";
  /** Verdict for people in a hurry: money and quality in one sentence. */
  readonly headline: string;
  /** Advice with its reason, in one or two sentences. */
  readonly text: string;
}

/** Sending every request to one model, and what the policy saves and loses against it. */
export interface Alternative {
  readonly model: string;
  readonly quality: Estimate;
  /** US dollars for as many requests as in `Saving`. */
  readonly costUsd?: Estimate | undefined;
  /** Cost of this model minus that of the policy. */
  readonly savedUsd?: Estimate | undefined;
  /** The same as a share of this model's cost. */
  readonly savedShare?: Estimate | undefined;
  /** Quality of this model minus that of the policy. */
  readonly lost: Estimate;
}

export interface Saving {
  /** Requests per month; absent if neither given nor derived. */
  readonly requests?: number | undefined;
  /** The times of the records, if `requests` was derived from them. */
  readonly derived?: DerivedVolume | undefined;
  /** US dollars for that many requests, else for 1,000. */
  readonly costUsd: Estimate;
  readonly referenceCostUsd: Estimate;
  readonly savedUsd: Estimate;
}

export interface Provenance {
  /** Time in ISO 8601. */
  readonly createdAt: string;
  readonly packageVersion: string;
  /** Classifier as `name@version`. */
  readonly classifier?: string | undefined;
  readonly outcomes?: string | undefined;
  /** SHA-256 of the records, independent of their order. */
  readonly sha256: string;
  /** Number of records that were read, that were replayed, and of independent ones among these. */
  readonly read: number;
  readonly records: number;
  readonly units: number;
  /** Records that lack the outcome of a model, or for which no model is permitted. */
  readonly skipped: number;
  readonly unclassified: number;
  readonly resamples: number;
  readonly seed: number;
  readonly command?: string | undefined;
}
