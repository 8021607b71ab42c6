import type { Estimate } from "../../src/statistics/bootstrap.ts";

/** What a report shows, as plain JSON. Quality is in [0, 1], costs are US dollars a request, intervals are `confidence`. */
export interface Report {
  readonly formatVersion: 1;
  /** `pair`: a threshold between two models; `router`: any other policy of a configured router. */
  readonly kind: "pair" | "router";
  /** What was replayed, in words. */
  readonly policy: string;
  /** Names of the models, from small to large where `kind` is `pair`. */
  readonly models: readonly string[];
  /** The model alone that losses and savings are measured against: the large one, else the best one. */
  readonly reference: string;
  /** Complexities at which the policy changes the model. */
  readonly thresholds: readonly number[];
  readonly confidence: number;
  /** One sentence. */
  readonly verdict: string;
  /** What a reader must know before believing the rest; the gravest first. */
  readonly warnings: readonly string[];
  /** The router first, then what it is compared with, the oracle last. */
  readonly rows: readonly ReportRow[];
  /** Of pairs. */
  readonly curves?: Curves | undefined;
  readonly categories: readonly CategoryRow[];
  readonly calibration?: Calibration | undefined;
  /** Absent without a classifier. */
  readonly scores?: readonly ScoreBin[] | undefined;
  readonly certificate?: ReportedCertificate | undefined;
  readonly worst: WorstRouted;
  /** Absent where a cost is not known. */
  readonly saving?: Saving | undefined;
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
 * One router. `saving`: share of the reference's cost; `loss`: quality of the reference less that of
 * the router; `largeCallRate`: share of requests that call the reference; `overRandom`: quality beyond
 * that of a random choice between the two models at the same cost, or at the same large-call rate where a
 * cost is not known; `apgr`: of the classifier, over all thresholds. `undefined`: not applicable.
 */
export type ReportRow = { readonly name: string; readonly model?: string | undefined } & Readonly<
  Record<ReportMetric, Estimate | undefined>
>;

export interface CurvePoint {
  /** Absent: nothing goes to the large model. */
  readonly threshold?: number | undefined;
  readonly largeCallRate: number;
  readonly quality: number;
  readonly costUsd?: number | undefined;
}

export interface Curves {
  /** Of the classifier. */
  readonly name: string;
  /** The classifier at all thresholds, thinned. */
  readonly router: readonly (CurvePoint & {
    readonly low?: number | undefined;
    readonly high?: number | undefined;
  })[];
  /** By length of the ask; absent where the classifier is length itself. */
  readonly length?: readonly CurvePoint[] | undefined;
  /** The best quality there could be at each cost, or at each large-call rate. */
  readonly oracle: readonly (Omit<CurvePoint, "largeCallRate"> & {
    readonly largeCallRate?: number | undefined;
  })[];
}

export interface CategoryRow {
  readonly category: string;
  /** How many categories this row pools, where it pools some. */
  readonly pooled?: number | undefined;
  readonly records: number;
  /** Independent ones. */
  readonly units: number;
  /** Too few units to conclude anything. */
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
  /** Mean of what was estimated: quality, or complexity. */
  readonly estimated: number;
  readonly measured: Estimate;
}

/** `quality`: estimated against measured quality of each model. `gain`: complexity against what the large model gains. */
export type Calibration =
  | {
      readonly kind: "quality";
      readonly models: readonly {
        readonly model: string;
        readonly brier: number;
        readonly ece: number;
        /** What estimates that are exactly right would show. */
        readonly eceByChance: number;
        readonly bins: readonly Bin[];
      }[];
    }
  | { readonly kind: "gain"; readonly bins: readonly Bin[] };

/** Complexities in [from, to), the last bin with its end. */
export interface ScoreBin {
  readonly from: number;
  readonly to: number;
  readonly records: number;
  /** Of them, how many call the reference, in expectation. */
  readonly toReference: number;
}

/** What a tuning file promises, and whether it says anything about these records. */
export interface ReportedCertificate {
  readonly version: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly guarantee: "mean" | "regressions";
  readonly records: number;
  /** Independent ones. */
  readonly units: number;
  /** Of requests that share one of `fields`, at most so many count. Absent: none did. */
  readonly counted?: { readonly fields: readonly string[]; readonly most: number } | undefined;
  /** Absent: another parameter than a threshold, or one for each category. */
  readonly threshold?: number | undefined;
  readonly maxLoss: number;
  readonly confidence: number;
  /** Measured on the tuning records. */
  readonly loss: number;
  /** No promise, an estimate: what the test says of the chosen policy alone. */
  readonly upperBound: number;
  readonly pValue: number;
  readonly saving?: Estimate | undefined;
  readonly judge?: string | undefined;
  /** Where each category has a threshold of its own; without a promise, all of it goes to the large model. */
  readonly categories?:
    | readonly {
        readonly category: string;
        readonly threshold: number;
        readonly records: number;
        readonly upperBound?: number | undefined;
        readonly problem?: string | undefined;
      }[]
    | undefined;
  /** What a reader must know besides, in sentences. */
  readonly notes: readonly string[];
  /** Why it does not hold for what is reported; empty: it holds. */
  readonly problems: readonly string[];
  /** Of the report's records, those that it was tuned on. */
  readonly tunedOn: number;
}

export interface WorstRouted {
  /** Records on which another model would have been better. */
  readonly misrouted: number;
  /** The worst of them, bounded. */
  readonly records: readonly {
    readonly id: string;
    readonly category?: string | undefined;
    readonly complexity?: number | undefined;
    /** Where it was sent: the models that were called, the last one first. */
    readonly sentTo: readonly string[];
    readonly quality: number;
    readonly best: string;
    readonly regret: number;
    /** Cut; absent when prompts are left out. */
    readonly prompt?: string | undefined;
  }[];
}

export interface Saving {
  /** A month; absent: not given. */
  readonly requests?: number | undefined;
  /** US dollars for that many requests, else for 1,000. */
  readonly costUsd: Estimate;
  readonly referenceCostUsd: Estimate;
  readonly savedUsd: Estimate;
}

export interface Provenance {
  /** ISO 8601. */
  readonly createdAt: string;
  readonly packageVersion: string;
  /** `name@version`. */
  readonly classifier?: string | undefined;
  readonly outcomes?: string | undefined;
  /** SHA-256 of the records, whatever their order. */
  readonly sha256: string;
  /** Records that were read, that were replayed, and independent ones among these. */
  readonly read: number;
  readonly records: number;
  readonly units: number;
  /** Records that lack the outcome of a model, or that no model is permitted to serve. */
  readonly skipped: number;
  readonly unclassified: number;
  readonly resamples: number;
  readonly seed: number;
  readonly command?: string | undefined;
}
