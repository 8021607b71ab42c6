/** Purpose of a set of records. A record may serve only one, or a result on it proves nothing. */
export type Purpose = "fit" | "tune" | "check";

/** Field by which records depend on each other. `prompt`: they have the same prompt. */
export type UnitField = "prompt" | "template" | "group" | "session" | "tenant";

/** Split that the records are one part of. With it the other part can be found again. */
export interface SplitRecord {
  readonly seed: number;
  /** Share of the records that go to `fit`, in (0, 1). */
  readonly share: number;
  readonly part: "fit" | "tune";
  /** Fields whose equal values were kept together. */
  readonly groupBy: readonly UnitField[];
}

/** Identity and purpose of the records that a file rests on. Plain JSON without text. */
export interface RecordKeys {
  readonly purpose: Purpose;
  readonly records: number;
  /** Number of different prompts. */
  readonly prompts: number;
  /** SHA-256 of the sorted hashes of the whole records; independent of the order of records and fields. */
  readonly sha256: string;
  /**
   * Hashes of the different prompts: 40 bits each, ascending, big-endian, in base64. A file that cannot
   * hold all of them has the smallest ones, which are a uniform sample.
   */
  readonly keys: string;
  readonly split?: SplitRecord | undefined;
}
