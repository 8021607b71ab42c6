import type { Score, Scorer } from "../scorer.ts";

/** Creates a scorer that is free and finds a gap in the data by scoring an answer without text. */
export function withGaps(scorer: Scorer): Scorer {
  return {
    ...scorer,
    gapIn: async (args) => {
      const { score, metadata } = (await scorer.score({ ...args, output: "" })) as Score;
      return score === null ? String(metadata?.["reason"]) : undefined;
    },
  };
}
