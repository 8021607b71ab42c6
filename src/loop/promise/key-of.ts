/** Longest part of a text that is read, in characters. */
const longest = 1_024;

/**
 * Returns a number below 2^53 for a text, so that names are known again without being kept: two hashes of FNV-1a's kind,
 * begun with different numbers. Of a window's names two are the same by chance with a probability of about 1e-9.
 */
export function keyOf(text: string): number {
  let low = 0x811c9dc5;
  let high = Math.imul(text.length ^ 0x9e3779b9, 0x85ebca6b);
  const end = Math.min(text.length, longest);
  for (let at = 0; at < end; at += 1) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0xc2b2ae35) + (high >>> 15);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b);
  high = Math.imul(high ^ (high >>> 13), 0x27d4eb2f);
  // Never 0, which stands for no text.
  return ((high ^ (high >>> 16)) & 0x1fffff) * 2 ** 32 + ((low ^ (low >>> 13)) >>> 0) || 1;
}
