import { createHash } from "node:crypto";
import type { Price, Tuning } from "../../src/contracts/index.ts";
import type { ServedModels } from "../data/outcomes/served-models.ts";
import type { RecordKeys } from "../data/split/record-keys.ts";
import type { RecordText } from "../replay/request-of-record.ts";
import type { Certificate } from "./certificate.ts";

/** A threshold, or another candidate, as it fared on the tuning records. */
export interface TunePoint {
  /** Complexity from which the large model is taken. Absent: the candidate is not a threshold. */
  readonly threshold?: number | undefined;
  readonly largeCallRate: number;
  /** Measured, of the guarantee's loss. */
  readonly loss: number;
  readonly quality: number;
  readonly costUsd?: number | undefined;
  /** Absent: it was not tested, since one before it was not accepted. */
  readonly pValue?: number | undefined;
  readonly accepted: boolean;
}

/** Of one category: its own threshold with its own certificate, or always-large and why. */
export type CategoryTuning =
  | {
      readonly category: string;
      readonly threshold: number;
      readonly certificate: Certificate;
      readonly curve: readonly TunePoint[];
      readonly problem?: undefined;
    }
  | {
      readonly category: string;
      readonly threshold: 0;
      readonly records: number;
      readonly problem: string;
      readonly certificate?: undefined;
    };

/** A policy's parameter with the statement of what it may cost in quality. Plain JSON, written by `eval tune`. */
export interface TuningFile extends Tuning {
  readonly formatVersion: typeof TUNING_FORMAT_VERSION;
  /** First digits of the SHA-256 of all the rest. */
  readonly version: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly kind: "threshold" | "categories" | "policies";
  /**
   * Complexity from which the large model is taken: 0 is always-large, `ALWAYS_SMALL` always-small. Of
   * kind `categories`: for requests of other categories, 0. Absent: kind `policies`.
   */
  readonly threshold?: number | undefined;
  readonly small: string;
  readonly large: string;
  /** What the classifier was shown of a record. */
  readonly text: RecordText;
  /** Of the tuning records' complexity, equally spaced from the minimum to the maximum: what drift is measured against. */
  readonly quantiles: readonly number[];
  /** Of kind `categories`, of all of them together. */
  readonly certificate: Certificate;
  /** All candidates, from the safest to the cheapest; of kind `categories` those of all records together. */
  readonly curve: readonly TunePoint[];
  readonly categories?: readonly CategoryTuning[] | undefined;
  readonly data: RecordKeys;
  /** The records that trained the classifier, where it is known. */
  readonly fitted?: RecordKeys | undefined;
  /** By name of the model, where they are known. */
  readonly prices?: Readonly<Record<string, Price>> | undefined;
  /** Which versions answered, as the providers call them, where the outcomes tell. */
  readonly servedModels?: ServedModels | undefined;
  /** Who judged the quality, where it is known. */
  readonly judge?: string | undefined;
  /** First and last `at` of the records, ISO 8601. */
  readonly window?: { readonly from: string; readonly to: string } | undefined;
}

/** Rises when a field changes its meaning. */
export const TUNING_FORMAT_VERSION = 1;

/** The threshold that no complexity reaches: a complexity of 1 goes to the large model at threshold 1. */
export const ALWAYS_SMALL = 1.01;

/** The version that a file must have: a hash of everything in it but the version. */
export function tuningVersionOf(file: Omit<TuningFile, "version">): string {
  const { version: _, ...rest } = file as TuningFile;
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 12);
}
