import { createHash } from "node:crypto";
import {
  InvalidOptionError,
  type Purpose,
  type RecordKeys,
  type SplitRecord,
} from "../../../src/contracts/index.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { textKey } from "../outcomes/prompt-key.ts";

export type { Purpose, RecordKeys, SplitRecord };

/** Number of bytes of a hash. */
export const HASH_BYTES = 5;

/** Most keys in a file, 80 KB in base64: a classifier file has 1 MB for everything. */
export const MAX_KEYS = 12_000;

/** Keys of records that are read one by one. */
export interface CollectedKeys {
  readonly whole: string[];
  readonly prompts: Set<number>;
}

export function collectedKeys(): CollectedKeys {
  return { whole: [], prompts: new Set() };
}

export function addRecordKeys({ whole, prompts }: CollectedKeys, record: OutcomeRecord): void {
  whole.push(createHash("sha256").update(inOrder(record)).digest("base64"));
  prompts.add(promptHash(record));
}

/** Returns the keys as a file stores them. */
export function recordKeysFrom(
  { whole, prompts }: CollectedKeys,
  purpose: Purpose,
  split?: SplitRecord | undefined,
): RecordKeys {
  return {
    purpose,
    records: whole.length,
    prompts: prompts.size,
    sha256: createHash("sha256").update(whole.sort().join("\n")).digest("hex"),
    keys: encodeKeys(prompts),
    ...(split === undefined ? {} : { split }),
  };
}

/**
 * Computes the keys of the records that a file is made from, to be stored in it: of at most `MAX_KEYS`
 * prompts.
 */
export function recordKeysOf(
  records: readonly OutcomeRecord[],
  purpose: Purpose,
  split?: SplitRecord | undefined,
): RecordKeys {
  const collected = collectedKeys();
  for (const record of records) addRecordKeys(collected, record);
  return recordKeysFrom(collected, purpose, split);
}

/**
 * Joins the keys of two sets of records, for the purpose of the first. `prompts` is exact if both hold all of
 * their keys. Parts of different splits no longer count as parts.
 */
export function joinRecordKeys(a: RecordKeys, b: RecordKeys): RecordKeys {
  const [ofA, ofB] = [decodeKeys(a.keys), decodeKeys(b.keys)];
  const both = new Set([...ofA, ...ofB]);
  const split = JSON.stringify(a.split) === JSON.stringify(b.split) ? a.split : undefined;
  return {
    purpose: a.purpose,
    records: a.records + b.records,
    prompts: a.prompts + b.prompts - (ofA.length + ofB.length - both.size),
    sha256: createHash("sha256").update(`${a.sha256} ${b.sha256}`).digest("hex"),
    keys: encodeKeys(both),
    ...(split === undefined ? {} : { split }),
  };
}

/**
 * Returns a function that tests if a file was made from the prompt of a record. With n keys, n in 2^40 other
 * prompts pass as well. Beyond `MAX_KEYS` prompts a file knows only some of them.
 */
export function restsOn({ keys }: Pick<RecordKeys, "keys">): (record: OutcomeRecord) => boolean {
  const known = new Set(decodeKeys(keys));
  return (record) => known.has(promptHash(record));
}

/**
 * Throws `InvalidOptionError` if records for one purpose have already been used in a file for another: the
 * error names both purposes, the file, the number of records, and the first one's id. Records may be used
 * again for the same purpose.
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
  const atLeast = isSample(keys) ? "at least " : "";
  const id = JSON.stringify(first.id.length <= 60 ? first.id : `${first.id.slice(0, 59)}…`);
  throw new InvalidOptionError(
    "records",
    records,
    `other records to ${purpose} with than those used to ${keys.purpose} ${path}: ` +
      `${atLeast}${shared.length} are in both, record ${id} is the first (${remedy(keys, purpose)})`,
  );
}

/** True if there were more prompts than a file holds keys of. */
export function isSample({ prompts }: RecordKeys): boolean {
  return prompts > MAX_KEYS;
}

function remedy({ split }: RecordKeys, purpose: Purpose): string {
  if (purpose === "check") return "take fresh outcomes, or leave these out with --skip-known";
  return split === undefined
    ? "train with --part fit and tune with --part tune, or use different files"
    : `take --part ${otherPart(split)} --split-seed ${split.seed} of the file that was split, or other records`;
}

/** Returns the part of the split that has not been used yet. */
export function otherPart({ part }: Pick<SplitRecord, "part">): SplitRecord["part"] {
  return part === "fit" ? "tune" : "fit";
}

function encodeKeys(prompts: ReadonlySet<number>): string {
  const kept = Float64Array.from(prompts).sort().subarray(0, MAX_KEYS);
  const bytes = Buffer.alloc(kept.length * HASH_BYTES);
  kept.forEach((key, index) => {
    bytes.writeUIntBE(key, index * HASH_BYTES, HASH_BYTES);
  });
  return bytes.toString("base64");
}

/** Decodes the hashes of `RecordKeys.keys`. */
export function decodeKeys(keys: string): Float64Array {
  const bytes = Buffer.from(keys, "base64");
  return Float64Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, index) =>
    bytes.readUIntBE(index * HASH_BYTES, HASH_BYTES),
  );
}

function promptHash(record: OutcomeRecord): number {
  return hash40(textKey(record));
}

/** Serialises to JSON with the fields of all objects in alphabetical order. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

/** Hashes a text to the first 40 bits of its SHA-256, as a whole number below 2^40. */
export function hash40(text: string): number {
  return createHash("sha256").update(text).digest().readUIntBE(0, HASH_BYTES);
}
