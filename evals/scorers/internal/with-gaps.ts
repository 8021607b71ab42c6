import type { Score, Scorer } from "../scorer.ts";

/** A scorer that is free and can tell a gap in the data by what it says of an answer without text. */
export function withGaps(scorer: Scorer): Scorer {
  return {
    ...scorer,
    gapIn: async (args) => {
      const { score, metadata } = (await scorer.score({ ...args, output: "" })) as Score;
      return score === null ? String(metadata?.["reason"]) : undefined;
    },
  };
}
