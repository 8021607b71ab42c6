import { type GainModel, type Judged, predictGain, rankIn } from "./gain-model.ts";

/** Part of a file for `sufficient` that the score depends on. */
export interface ScoreParts {
  readonly score: "logprob" | "blend" | "text";
  readonly gain?: GainModel | undefined;
}

/** Returns the score of an answer, higher for one that is enough; undefined where it lacks what the score needs. */
export function sufficientScore({ score, gain }: ScoreParts): (judged: Judged) => number | undefined {
  return (judged) => {
    if (score !== "text" && judged.logprob === undefined) return undefined;
    if (score === "logprob" || gain === undefined) return judged.logprob;
    if (gain.signals && judged.text === undefined) return undefined;
    const enough = 1 - rankIn(gain.gains, predictGain(gain, judged));
    return score === "text" ? enough : blendOf(rankIn(gain.logprobs, judged.logprob as number), enough);
  };
}

/**
 * Weighs the rank of the log-probability against the learnt one, which is noisier: with equal weights one of four
 * pairs of models was worse than without.
 */
export function blendOf(sure: number, enough: number): number {
  return (2 * sure + enough) / 3;
}
