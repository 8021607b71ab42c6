import { readOption } from "../../plugin/index.ts";

/**
 * Returns a generator of uniform numbers in [0, 1) that a seed determines, on every machine: SplitMix32 (a
 * Weyl sequence through a 32-bit mixer). Good for resampling and shuffling, not for secrets. `seed` is a
 * whole number in [0, 2^32).
 */
export function seededRandom(seed: number): () => number {
  readOption({ is: "number", min: 0, max: 0xffff_ffff, integer: true }, "seed", seed);
  let state = seed | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 0x1_0000_0000;
  };
}

/** Returns a copy in random order (Fisher-Yates). */
export function shuffled(values: Uint32Array, random: () => number): Uint32Array {
  const order = values.slice();
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] as number;
    order[last] = order[other] as number;
    order[other] = kept;
  }
  return order;
}
