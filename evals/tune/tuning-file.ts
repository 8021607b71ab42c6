import { createHash } from "node:crypto";
import type { Price, Tuning } from "../../src/contracts/index.ts";
import type { RecordKeys } from "../data/split/record-keys.ts";
import type { RecordText } from "../replay/request-of-record.ts";
import type { Baseline, ServedModels } from "./baseline.ts";
import type { Certificate } from "./certificate.ts";

/** Threshold, or another candidate, with its results on the tuning records. */
export interface TunePoint {
  /** Complexity from which the large model is taken. Absent if the candidate is not a threshold. */
  readonly threshold?: number | undefined;
  readonly largeCallRate: number;
  /** Measured loss of the guarantee. */
  readonly loss: number;
  readonly quality: number;
  readonly costUsd?: number | undefined;
  /** P-value. Absent if the candidate was not tested, since an earlier one was not accepted. */
  readonly pValue?: number | undefined;
  readonly accepted: boolean;
}

/** Tuning of one category: its own threshold with its own certificate, or always-large with the reason. */
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

/** Parameter of a policy with a statement about its loss of quality. Plain JSON, written by `eval tune`. */
export interface TuningFile extends Tuning {
  readonly formatVersion: typeof TUNING_FORMAT_VERSION;
  /** First digits of the SHA-256 of the rest. */
  readonly version: string;
  /** Time in ISO 8601. */
  readonly createdAt: string;
  readonly kind: "threshold" | "categories" | "policies";
  /**
   * Complexity from which the large model is taken: 0 is always-large, `ALWAYS_SMALL` always-small. For kind
   * `categories`, the threshold of requests of other categories: 0. Absent for kind `policies`.
   */
  readonly threshold?: number | undefined;
  readonly small: string;
  readonly large: string;
  /** Text of a record that the classifier got. */
  readonly text: RecordText;
  /**
   * Quantiles of the tuning records' complexity, equally spaced from the minimum to the maximum, against
   * which drift is measured.
   */
  readonly quantiles: readonly number[];
  /** Certificate; for kind `categories`, of all of them together. */
  readonly certificate: Certificate;
  /** All candidates, from the safest to the cheapest; for kind `categories` those of all records together. */
  readonly curve: readonly TunePoint[];
  readonly categories?: readonly CategoryTuning[] | undefined;
  readonly data: RecordKeys;
  /** Outcomes of the records in short, for `eval check`. Absent in older files. */
  readonly baseline?: Baseline | undefined;
  /** Records that trained the classifier, if they are known. */
  readonly fitted?: RecordKeys | undefined;
  /** Prices by name of the model, if they are known. */
  readonly prices?: Readonly<Record<string, Price>> | undefined;
  /** Model versions that answered, as the providers call them, if the outcomes record it. */
  readonly servedModels?: ServedModels | undefined;
  /** Judge of the quality, if it is known. */
  readonly judge?: string | undefined;
  /** First and last `at` of the records, ISO 8601. */
  readonly window?: { readonly from: string; readonly to: string } | undefined;
}

/** Version of the format, raised when a field changes its meaning. */
export const TUNING_FORMAT_VERSION = 1;

/** Threshold that no complexity reaches: a complexity of 1 goes to the large model at threshold 1. */
export const ALWAYS_SMALL = 1.01;

/** Version that a file must have: a hash of everything in it except the version. */
export function tuningVersionOf(file: Omit<TuningFile, "version">): string {
  const { version: _, ...rest } = file as TuningFile;
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 12);
}
