import { createHash } from "node:crypto";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { textKey } from "../outcomes/prompt-key.ts";
import { HASH_BYTES, hash40 } from "./hash-40.ts";
import type { UnitField } from "./units.ts";

/** What records are used for. Each record serves one purpose, or what is found on it proves nothing. */
export type Purpose = "fit" | "tune" | "check";

/** The split that records are one part of: with it the other part is found again. */
export interface SplitRecord {
  readonly seed: number;
  /** Of the records that go to `fit`, in (0, 1). */
  readonly share: number;
  readonly part: "fit" | "tune";
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
   * 40-bit hashes of the different prompts, ascending, big-endian, in base64: all of them up to
   * `MAX_KEYS`, else the smallest ones, which are a uniform sample.
   */
  readonly keys: string;
  readonly split?: SplitRecord | undefined;
}

/** 133 KB in base64, so that a classifier file stays below its limit of 1 MB. */
export const MAX_KEYS = 20_000;

/** The keys of the records that a file is made from, to be stored in it. */
export function recordKeysOf(
  records: readonly OutcomeRecord[],
  purpose: Purpose,
  split?: SplitRecord | undefined,
): RecordKeys {
  const whole = records.map((record) => createHash("sha256").update(inOrder(record)).digest("hex"));
  const all = Float64Array.from(new Set(records.map(promptHash))).sort();
  const kept = all.subarray(0, MAX_KEYS);
  const bytes = Buffer.alloc(kept.length * HASH_BYTES);
  kept.forEach((key, index) => {
    bytes.writeUIntBE(key, index * HASH_BYTES, HASH_BYTES);
  });
  return {
    purpose,
    records: records.length,
    prompts: all.length,
    sha256: createHash("sha256").update(whole.sort().join("\n")).digest("hex"),
    keys: bytes.toString("base64"),
    ...(split === undefined ? {} : { split }),
  };
}

/**
 * Returns a function that tells whether a file rests on the prompt of a record. Exact up to `MAX_KEYS`
 * prompts, but for one in a million prompts (n / 2^40 for n keys) that is taken for another; beyond, it
 * knows a part of them.
 */
export function restsOn({ keys }: RecordKeys): (record: OutcomeRecord) => boolean {
  const known = new Set(decodeKeys(keys));
  return (record) => known.has(promptHash(record));
}

/**
 * Throws `InvalidOptionError` when records that are to serve one purpose have served a file for another:
 * it names both purposes, the file, how many records, and the first one's id. Records may serve the same
 * purpose again.
 */
export function checkDisjoint(
  records: readonly OutcomeRecord[],
  purpose: Purpose,
  file: { readonly path: string; readonly keys: RecordKeys },
): void {
  const { path, keys } = file;
  if (keys.purpose === purpose) return;
  const shared = records.filter(restsOn(keys));
  const first = shared[0];
  if (first === undefined) return;
  const atLeast = keys.prompts > MAX_KEYS ? "at least " : "";
  const id = JSON.stringify(first.id.length <= 60 ? first.id : `${first.id.slice(0, 59)}…`);
  throw new InvalidOptionError(
    "records",
    records,
    `other records to ${purpose} with than ${path} has served to ${keys.purpose} with: ` +
      `${atLeast}${shared.length} are in both, record ${id} the first of them (${remedy(keys, purpose)})`,
  );
}

function remedy({ split }: RecordKeys, purpose: Purpose): string {
  if (purpose === "check") return "take fresh outcomes";
  return split === undefined
    ? "train with --part fit and tune with --part tune, or use different files"
    : `take --part tune --split-seed ${split.seed} of the file that was split, or other records`;
}

/** The hashes in `RecordKeys.keys`. */
export function decodeKeys(keys: string): Float64Array {
  const bytes = Buffer.from(keys, "base64");
  return Float64Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, index) =>
    bytes.readUIntBE(index * HASH_BYTES, HASH_BYTES),
  );
}

function promptHash(record: OutcomeRecord): number {
  return hash40(textKey(record));
}

/** JSON with the fields of all objects in alphabetical order. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
