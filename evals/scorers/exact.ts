import { compareTexts } from "./internal/compare-texts.ts";
import type { Scorer } from "./scorer.ts";

/** 1 where the answer is `expected` to the character (or one of a list), else 0. */
export function exact(): Scorer {
  return compareTexts({
    name: "exact",
    read: (output) => output,
    compare: (output, expected) => ({ score: output === expected ? 1 : 0 }),
  });
}
