/** What records are used for. Each record serves one purpose, or what is found on it proves nothing. */
export type Purpose = "fit" | "tune" | "check";

/** What makes records depend on each other. `prompt`: they ask the same. */
export type UnitField = "prompt" | "group" | "session" | "tenant";

/** The split that records are one part of: with it the other part is found again. */
export interface SplitRecord {
  readonly seed: number;
  /** Of the records that go to `fit`, in (0, 1). */
  readonly share: number;
  readonly part: "fit" | "tune";
  /** What was kept together. */
  readonly groupBy: readonly UnitField[];
}

/** Which records a file rests on, and for what. Plain JSON without text. */
export interface RecordKeys {
  readonly purpose: Purpose;
  readonly records: number;
  /** Different prompts among them. */
  readonly prompts: number;
  /** SHA-256 of the sorted hashes of the whole records: the same in any order of records and fields. */
  readonly sha256: string;
  /**
   * 40-bit hashes of the different prompts, ascending, big-endian, in base64. Where a file cannot hold
   * all of them it has the smallest ones, which are a uniform sample.
   */
  readonly keys: string;
  readonly split?: SplitRecord | undefined;
}
