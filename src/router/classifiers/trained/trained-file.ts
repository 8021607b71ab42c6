import type { RecordKeys } from "../../../contracts/index.ts";
import { sha256 } from "../../../plugin/sha256.ts";

/** A part of a score. Each part estimates how much better the large model is. */
export const PARTS = ["length", "default", "table", "ridge", "logistic", "neighbours", "landmarks"] as const;
export type Part = (typeof PARTS)[number];

/** A part of a score with its weight; it adds `weight * (part - mean) / deviation`. */
export interface WeightedPart {
  readonly part: Part;
  readonly weight: number;
  /** Mean of the part on held-out records, like `deviation`. */
  readonly mean: number;
  readonly deviation: number;
}

/** Heads: of the models, in the order of the file's models, or of the gain. Arrays of numbers are little-endian, in base64. */
export interface StoredHeads {
  /** Number of buckets, a power of two, into which the features' buckets are folded. */
  readonly buckets: number;
  readonly heads: readonly StoredHead[];
}

export interface StoredHead {
  readonly bias: number;
  /** Weights per standard deviation of a structural feature. */
  readonly structure: readonly number[];
  /** Weight of each bucket, int8 in units of `scale`. */
  readonly weights: string;
  readonly scale: number;
}

/**
 * A sample of the records without their text, for the lookup of neighbours and for refits. Columns are
 * little-endian, in base64.
 */
export interface StoredExamples {
  readonly count: number;
  /** Number of buckets of each example, uint8. */
  readonly bucketCounts: string;
  /** Buckets of all examples, one after the other, uint16. */
  readonly buckets: string;
  /** Standardised structural features by example, int8 in steps of 3/127. */
  readonly structure: string;
  /** Quality by example and model, uint8 in steps of 1/255. */
  readonly quality: string;
  /** Values of log(1 + characters of the ask), float32. */
  readonly lengths: string;
  /** Complexities by the default classifier, float32. */
  readonly defaults: string;
  /** Hashes of the group keys, equal for the records of one group, uint32. */
  readonly groups: string;
  /** Positions in `categories` plus 1, 0 for none, uint16. */
  readonly categoryOf: string;
  readonly categories: readonly string[];
}

/** The cross-validation result of one way to score. */
export interface CandidateResult {
  readonly name: string;
  readonly apgr: StoredEstimate;
  /** APGR minus that of length, on the same resamples; `overMean` minus that of the mean of the learnt parts. */
  readonly overLength: StoredEstimate;
  readonly overMean: StoredEstimate;
  /** Share of the resamples in which it is better than length, in [0, 1]; equal ones count half. */
  readonly betterThanLength: number;
  /**
   * About how many different prompts would prove that it beats chance and length, were its advantage to stay
   * as it is. Absent where it has none, and beyond a million.
   */
  readonly promptsToProve?: number | undefined;
}

/** Share of prompts whose complexity changed sides of the middle when the text was changed in one way. */
export interface FlipShare {
  readonly kind: string;
  readonly share: number;
  /** Number of prompts that were changed. */
  readonly prompts: number;
}

/** A value with its bootstrap interval. */
export interface StoredEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A latent space of words: coordinates of the buckets that have some. Columns are little-endian, in base64. */
export interface StoredLatent {
  readonly count: number;
  /** Buckets, ascending, uint16. */
  readonly buckets: string;
  /** Coordinates by bucket and dimension, int8 in units of `scale`. */
  readonly weights: string;
  readonly scale: number;
}

/** Places in structure and latent space, and for both models the height of a bump around each, float32. */
export interface StoredLandmarks {
  readonly count: number;
  readonly places: string;
  readonly small: StoredBumps;
  readonly large: StoredBumps;
}

export interface StoredBumps {
  readonly weights: string;
  readonly bias: number;
}

/** A curve that maps a raw estimate of a model's quality to a calibrated one. */
export type QualityCurve =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "identity" }
  /** Platt scaling: logistic(slope * logit(estimate) + intercept). */
  | { readonly kind: "platt"; readonly slope: number; readonly intercept: number }
  /** Isotonic regression: linear between the points, constant beyond them; both arrays ascend. */
  | { readonly kind: "isotonic"; readonly estimates: readonly number[]; readonly values: readonly number[] };

/** A classifier file: a classifier trained on a user's own outcomes, as JSON of at most `MAX_FILE_BYTES`. */
export interface TrainedClassifier {
  readonly formatVersion: typeof FORMAT_VERSION;
  /** First digits of the SHA-256 of all other fields. */
  readonly version: string;
  /** The base classifier of the training; it is part of the score where `score` lists it. */
  readonly base: { readonly name: string; readonly version: string };
  /** The small model. Complexity rates how much the large one is needed instead. */
  readonly small: string;
  readonly large: string;
  /** All models with a quality curve, including `small` and `large`. */
  readonly models: readonly string[];
  readonly seed: number;
  /** Number of training records and the SHA-256 of what was read of them. After a refit both cover all records. */
  readonly data: { readonly records: number; readonly sha256: string };
  /** Keys of those records, so that none is used to tune or check. Absent in files of older versions. */
  readonly keys?: RecordKeys | undefined;
  /** Name of the candidate in `score`. */
  readonly candidate: string;
  /** True if it is proven to beat chance and length: the lower bounds of both lie above 0. */
  readonly proven: boolean;
  /** True if it is proven, and nothing speaks against it. */
  readonly recommended: boolean;
  /** Reason against using it, with figures. Absent if there is none. */
  readonly notRecommended?: string | undefined;
  /** Shares of prompts that small changes move to the other side. Empty if no text was at hand. */
  readonly flips: readonly FlipShare[];
  readonly candidates: readonly CandidateResult[];
  readonly score: readonly WeightedPart[];
  /** Reference distribution: quantiles of the held-out scores, equally spaced from minimum to maximum. */
  readonly quantiles: readonly number[];
  /** Score and quantiles of a request whose category the table lists. */
  readonly withCategory?:
    | { readonly score: readonly WeightedPart[]; readonly quantiles: readonly number[] }
    | undefined;
  /** Means and standard deviations of the structural features on the records. */
  readonly structure: { readonly means: readonly number[]; readonly deviations: readonly number[] };
  /** A single head, whose value is the gain. */
  readonly ridge?: StoredHeads | undefined;
  readonly logistic: StoredHeads;
  readonly latent?: StoredLatent | undefined;
  readonly landmarks?: StoredLandmarks | undefined;
  /** Gain of the large model by category; `otherwise` for a category that is not listed. */
  readonly table?:
    | { readonly gains: readonly (readonly [category: string, gain: number])[]; readonly otherwise: number }
    | undefined;
  readonly examples: StoredExamples;
  /** Curves of the models, in the order of `models`. */
  readonly curves: readonly QualityCurve[];
}

/** Version of the format; it rises when the meaning of a field or the features of an ask change. */
export const FORMAT_VERSION = 3;
export const MAX_FILE_BYTES = 1_000_000;
/** Number of quantiles of the reference distribution. */
export const REFERENCE_QUANTILES = 129;

/** The version that a file must have: a hash of all its other fields. */
export function versionOf(file: Omit<TrainedClassifier, "version">): string {
  return sha256(textOf(file)).slice(0, 12);
}

/** The JSON that the version is the hash of. */
export function textOf(file: Omit<TrainedClassifier, "version">): string {
  const { version: _, ...rest } = file as TrainedClassifier;
  return JSON.stringify(rest);
}
