/** Characters of either end of a long name that are read. */
const read = 128;

/**
 * Returns a number for a name, in [0, 2^53): equal for equal names. It keeps no text in memory. With a random seed
 * names that share a number cannot be chosen. Two multiply-and-mix hashes of 32 bits side by side.
 */
export function unitNumber(name: string, seed: number): number {
  let [a, b] = [seed ^ 0xdead_beef, seed ^ 0x41c6_ce57 ^ name.length];
  const mix = (from: number, to: number) => {
    for (let at = from; at < to; at += 1) {
      const code = name.charCodeAt(at);
      a = Math.imul(a ^ code, 0x9e37_79b1);
      a ^= a >>> 15;
      b = Math.imul(b ^ code, 0x5f35_6495);
      b ^= b >>> 13;
    }
  };
  mix(0, Math.min(name.length, read));
  mix(Math.max(read, name.length - read), name.length);
  return (b >>> 0) * 0x20_0000 + (a >>> 11);
}
