import type { QuotaLimit } from "../../contracts/index.ts";
import { sha256 } from "../../plugin/sha256.ts";

/** Longest key of a store. */
const longest = 256;

/** Returns a key with its namespace; its hash, if stores would not take it. */
export function storeKey(namespace: string, key: string): string {
  const whole = `${namespace}/${key}`;
  // As UTF-8, different halves of characters would become the same text.
  if (whole.length <= longest && !/[\ud800-\udfff]/u.test(whole)) return whole;
  return `${namespace}/#${sha256(JSON.stringify(key))}`;
}

/** Returns a limit as the store knows it. */
export function storeLimit(
  namespace: string,
  { key, limit, windowEndsAt, refillPerMs }: QuotaLimit,
): QuotaLimit {
  return { key: storeKey(namespace, key), limit, windowEndsAt, refillPerMs };
}
