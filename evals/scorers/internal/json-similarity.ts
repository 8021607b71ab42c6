import { isObject } from "../../data/outcomes/is-object.ts";

/** Comparison of two values that are neither objects nor arrays. */
export type LeafSimilarity = "equal" | "graded";

/** Deepest nesting that is compared; deeper values count as different. */
const deepest = 100;

/**
 * Similarity of two JSON values, in [0, 1]. Objects: mean over the keys of both, a key that one lacks is 0.
 * Arrays: sum over the places, divided by the longer length. Both empty: 1. Other values are equal (1) or not
 * (0); with `graded`, texts are compared by their pairs of characters and numbers by 1 - |a - b| / (|a| +
 * |b|). Values of different kinds are 0. Linear in the size of both.
 */
export function jsonSimilarity(a: unknown, b: unknown, leaves: LeafSimilarity, depth = 0): number {
  if (depth > deepest) return 0;
  if (Array.isArray(a) && Array.isArray(b)) {
    const longer = Math.max(a.length, b.length);
    if (longer === 0) return 1;
    let sum = 0;
    for (let index = 0; index < Math.min(a.length, b.length); index += 1)
      sum += jsonSimilarity(a[index], b[index], leaves, depth + 1);
    return sum / longer;
  }
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    if (keys.size === 0) return 1;
    let sum = 0;
    for (const key of keys) {
      if (Object.hasOwn(a, key) && Object.hasOwn(b, key))
        sum += jsonSimilarity(a[key], b[key], leaves, depth + 1);
    }
    return sum / keys.size;
  }
  if (a === b) return 1;
  if (leaves === "equal") return 0;
  if (typeof a === "string" && typeof b === "string") return textSimilarity(a, b);
  if (typeof a === "number" && typeof b === "number")
    return 1 - Math.abs(a - b) / (Math.abs(a) + Math.abs(b));
  return 0;
}

/**
 * Dice's coefficient (1945) over pairs of neighbouring characters, each counted as often as it occurs: 2 ·
 * common / (pairs of a + pairs of b). `night` and `nacht` share one of four each: 0.25.
 */
function textSimilarity(a: string, b: string): number {
  if (a.length < 2 || b.length < 2) return 0;
  const pairs = new Map<string, number>();
  for (let index = 0; index + 1 < a.length; index += 1) {
    const pair = a.slice(index, index + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let common = 0;
  for (let index = 0; index + 1 < b.length; index += 1) {
    const pair = b.slice(index, index + 2);
    const left = pairs.get(pair) ?? 0;
    if (left > 0) {
      common += 1;
      pairs.set(pair, left - 1);
    }
  }
  return (2 * common) / (a.length + b.length - 2);
}
