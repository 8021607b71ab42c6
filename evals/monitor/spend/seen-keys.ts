import { createHash } from "node:crypto";

/** Remembers texts by 64 bits of their hash: 16 to 32 bytes each, where a `Set` of texts ends at 16 million. */
export interface SeenKeys {
  /** Returns true the first time. */
  add(key: string): boolean;
  readonly size: number;
}

export function createSeenKeys(): SeenKeys {
  let slots = new BigUint64Array(1_024);
  let size = 0;

  const place = (hash: bigint): boolean => {
    const mask = slots.length - 1;
    for (let at = Number(hash & BigInt(mask)); ; at = (at + 1) & mask) {
      if (slots[at] === hash) return false;
      if (slots[at] === 0n) {
        slots[at] = hash;
        return true;
      }
    }
  };

  return {
    add(key) {
      if (size * 2 >= slots.length) {
        const old = slots;
        slots = new BigUint64Array(old.length * 2);
        for (const hash of old) if (hash !== 0n) place(hash);
      }
      // 0 marks a free place.
      const hash = createHash("sha256").update(key).digest().readBigUInt64LE() || 1n;
      const isNew = place(hash);
      if (isNew) size += 1;
      return isNew;
    },
    get size() {
      return size;
    },
  };
}
