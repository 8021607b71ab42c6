import type { RecordKeys } from "../../contracts/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";

/** What a score is made of. Each part says how much better the large model is likely to be. */
export type Part = "length" | "default" | "table" | "ridge" | "logistic" | "neighbours";

/** A part of a score: `weight * (part - mean) / deviation`. */
export interface WeightedPart {
  readonly part: Part;
  readonly weight: number;
  /** Of the part on held-out records. */
  readonly mean: number;
  readonly deviation: number;
}

/** One head per model, in the order of the file's models. Arrays of numbers are little-endian, in base64. */
export interface StoredHeads {
  /** Number of buckets, a power of two: the features' buckets are folded into it. */
  readonly buckets: number;
  readonly heads: readonly StoredHead[];
}

export interface StoredHead {
  readonly bias: number;
  /** Per standard deviation of a structural feature. */
  readonly structure: readonly number[];
  /** Per bucket, int8 in units of `scale`. */
  readonly weights: string;
  readonly scale: number;
}

/**
 * A sample of the records without their text: what neighbours are looked up in and what a refit
 * starts from. Columns are little-endian, in base64.
 */
export interface StoredExamples {
  readonly count: number;
  /** uint8: how many buckets each example has. */
  readonly bucketCounts: string;
  /** uint16: the buckets of all examples, one after the other. */
  readonly buckets: string;
  /** int8, standardised structural features in steps of `STRUCTURE_STEP`, by example. */
  readonly structure: string;
  /** uint8 in steps of 1/255, by example and model. */
  readonly quality: string;
  /** float32: log(1 + characters of the ask). */
  readonly lengths: string;
  /** float32: complexity by the default classifier. */
  readonly defaults: string;
  /** uint32: hash of what the records of one group share. */
  readonly groups: string;
  /** uint16: position in `categories` plus 1; 0 for none. */
  readonly categoryOf: string;
  readonly categories: readonly string[];
}

/** What cross-validation says of one way to score. */
export interface CandidateResult {
  readonly name: string;
  readonly apgr: StoredEstimate;
  /** APGR less that of length, and of the mean of the learnt parts, on the same resamples. */
  readonly overLength: StoredEstimate;
  readonly overMean: StoredEstimate;
}

/** A value with its bootstrap interval. */
export interface StoredEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** From a raw estimate of a model's quality to a calibrated one. */
export type QualityCurve =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "identity" }
  /** Platt: logistic(slope * logit(estimate) + intercept). */
  | { readonly kind: "platt"; readonly slope: number; readonly intercept: number }
  /** Linear between the points, constant beyond them; both ascending. */
  | { readonly kind: "isotonic"; readonly estimates: readonly number[]; readonly values: readonly number[] };

/** A classifier file: a classifier trained on somebody's own outcomes, as JSON. At most `MAX_FILE_BYTES`. */
export interface TrainedClassifier {
  readonly formatVersion: typeof FORMAT_VERSION;
  /** First digits of the SHA-256 of all the rest. */
  readonly version: string;
  /** The classifier that stood beside it in training, and that is part of its score where it says so. */
  readonly base: { readonly name: string; readonly version: string };
  /** Complexity is how much the large one is needed. */
  readonly small: string;
  readonly large: string;
  /** All models with a quality curve, `small` and `large` among them. */
  readonly models: readonly string[];
  readonly seed: number;
  /** Records trained on, and the SHA-256 of what was read of them. After a refit both cover all of them. */
  readonly data: { readonly records: number; readonly sha256: string };
  /** Which records those are, so that none of them is tuned or checked with. Absent in files of older versions. */
  readonly keys?: RecordKeys | undefined;
  /** Name of the candidate that was chosen, and whether it beat chance and length. */
  readonly candidate: string;
  readonly recommended: boolean;
  readonly candidates: readonly CandidateResult[];
  readonly score: readonly WeightedPart[];
  /** Of the held-out scores, equally spaced from the minimum to the maximum: the reference distribution. */
  readonly quantiles: readonly number[];
  /** Of the structural features on the records. */
  readonly structure: { readonly means: readonly number[]; readonly deviations: readonly number[] };
  readonly ridge?: StoredHeads | undefined;
  readonly logistic: StoredHeads;
  /** Gain of the large model by category; `otherwise` for a category that is not there. */
  readonly table?:
    | { readonly gains: readonly (readonly [category: string, gain: number])[]; readonly otherwise: number }
    | undefined;
  readonly examples: StoredExamples;
  /** By model, in the order of `models`. */
  readonly curves: readonly QualityCurve[];
}

/** Rises when a field changes its meaning, and when the features of an ask do. */
export const FORMAT_VERSION = 1;
export const MAX_FILE_BYTES = 1_000_000;
/** Number of quantiles of the reference distribution. */
export const REFERENCE_QUANTILES = 129;

/** The version that a file must have: a hash of everything in it but the version. */
export function versionOf(file: Omit<TrainedClassifier, "version">): string {
  const { version: _, ...rest } = file as TrainedClassifier;
  return nodeCrypto().createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 12);
}
