/** Meaning of a column of an export. `ignored` is known, and plays no part in a comparison. */
export type Meaning =
  /** Start of the bucket: seconds since the epoch, a date, or a time in ISO 8601. */
  | "start"
  /** End of the bucket, which is no longer than a day. */
  | "end"
  | "model"
  /** An entry of a bill, of which the part before the first comma may name a model. */
  | "line-item"
  | "usd"
  /** Hundredths of a dollar, with decimals. */
  | "cents"
  | "currency"
  /** Input tokens, all of them or a part: columns of this kind are added up. */
  | "input"
  | "output"
  | "requests"
  /** Key, project, workspace or user that was billed. */
  | "owner"
  | "ignored";

/** Columns of one kind of export, of CSV as of the buckets of JSON, whose inner fields have a dot: `amount.value`. */
export interface ExportFormat {
  readonly name: string;
  /** Provider whose attempts it is compared to, unless one is named. */
  readonly provider?: string | undefined;
  /** A file that has all of these is of this format. */
  readonly needed: readonly string[];
  readonly columns: Readonly<Record<string, Meaning>>;
}
