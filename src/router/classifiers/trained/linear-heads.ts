import type { Features } from "../read-features.ts";
import { STRUCTURE } from "../read-features.ts";
import { decodeColumn, encodeColumn } from "./columns.ts";
import type { StoredHead, StoredHeads } from "./trained-file.ts";

/** A linear function of an ask's features; words and word pairs are scaled by 1 / √(their number). */
export interface LinearHead {
  readonly bias: number;
  readonly structure: Float32Array;
  /** Weight of each bucket, in units of `scale`. Their number is a power of two, into which buckets are folded. */
  readonly weights: Int8Array;
  readonly scale: number;
}

type Words = Pick<Features, "buckets" | "bucketCount">;

/** The value of a head for standardised `structure`. */
export function headValue(
  head: LinearHead,
  { buckets, bucketCount }: Words,
  structure: Float32Array,
): number {
  const { weights } = head;
  const mask = weights.length - 1;
  let words = 0;
  for (let index = 0; index < bucketCount; index += 1)
    words += weights[(buckets[index] as number) & mask] as number;
  let value = head.bias;
  if (bucketCount > 0) value += (words * head.scale) / Math.sqrt(bucketCount);
  for (let index = 0; index < structure.length; index += 1)
    value += (structure[index] as number) * (head.structure[index] as number);
  return value;
}

export function encodeHeads(heads: readonly LinearHead[]): StoredHeads {
  return {
    buckets: heads[0]?.weights.length ?? 0,
    heads: heads.map(({ bias, structure, weights, scale }) => ({
      bias,
      structure: Array.from(structure),
      weights: encodeColumn(weights),
      scale,
    })),
  };
}

/** Decodes heads; `undefined` if one does not have the stated size. */
export function decodeHeads({ buckets, heads }: StoredHeads): readonly LinearHead[] | undefined {
  const decoded = heads.map((head) => decodeHead(head, buckets));
  return decoded.every((head) => head !== undefined) ? decoded : undefined;
}

function decodeHead(head: StoredHead, buckets: number): LinearHead | undefined {
  const weights = decodeColumn(head.weights, Int8Array, buckets);
  if (weights === undefined || head.structure.length !== STRUCTURE.length) return undefined;
  return { bias: head.bias, structure: Float32Array.from(head.structure), weights, scale: head.scale };
}
