import { compareTexts } from "./internal/compare-texts.ts";
import type { Scorer } from "./scorer.ts";

/** Scores 1 if the answer equals `expected` (or one of a list) character by character, else 0. */
export function exact(): Scorer {
  return compareTexts({
    name: "exact",
    read: (output) => output,
    compare: (output, expected) => ({ score: output === expected ? 1 : 0 }),
  });
}
