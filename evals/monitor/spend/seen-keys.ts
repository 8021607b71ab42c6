import { createHash } from "node:crypto";

/** Remembers texts by 64 bits of their hash: 16 to 32 bytes each, where a `Set` of texts ends at 16 million. */
export interface SeenKeys {
  /** Returns true the first time. */
  add(key: string): boolean;
  has(key: string): boolean;
  readonly size: number;
}

export function createSeenKeys(): SeenKeys {
  let slots = new BigUint64Array(1_024);
  let size = 0;

  /** Returns the place of a hash, or the free one where it would stand. */
  const placeOf = (hash: bigint): number => {
    const mask = slots.length - 1;
    let at = Number(hash & BigInt(mask));
    while (slots[at] !== hash && slots[at] !== 0n) at = (at + 1) & mask;
    return at;
  };

  return {
    add(key) {
      if (size * 2 >= slots.length) {
        const old = slots;
        slots = new BigUint64Array(old.length * 2);
        for (const hash of old) if (hash !== 0n) slots[placeOf(hash)] = hash;
      }
      const hash = hashOf(key);
      const at = placeOf(hash);
      if (slots[at] === hash) return false;
      slots[at] = hash;
      size += 1;
      return true;
    },
    has(key) {
      const hash = hashOf(key);
      return slots[placeOf(hash)] === hash;
    },
    get size() {
      return size;
    },
  };
}

function hashOf(key: string): bigint {
  // 0 marks a free place.
  return createHash("sha256").update(key).digest().readBigUInt64LE() || 1n;
}
