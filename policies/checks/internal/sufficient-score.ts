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
    return score === "text"
      ? enough
      : blendOf(rankIn(gain.logprobs, judged.logprob as number), enough, gain.share);
  };
}

/** Share of the learnt rank in files that do not state it. */
const usualShare = 1 / 3;

/**
 * Weighs the rank of the log-probability against the learnt one, which is noisier: how much the learnt one counts depends
 * on the number of its labels (`share`).
 */
export function blendOf(sure: number, enough: number, share: number = usualShare): number {
  return (1 - share) * sure + share * enough;
}
