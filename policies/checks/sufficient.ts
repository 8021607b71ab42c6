import { type Check, type Completion, InvalidOptionError } from "../../src/contracts/index.ts";
import { checkNumber, checkText } from "../../src/plugin/index.ts";
import { choiceOf, textOf, toolCallsOf } from "./internal/answer-parts.ts";
import { checkGainModel, type GainModel } from "./internal/gain-model.ts";
import { meanLogprob, noLogprobs } from "./internal/mean-logprob.ts";
import { sufficientScore } from "./internal/sufficient-score.ts";

export type { GainModel };

/**
 * Score and threshold, learnt from own labels, by which a small model's answer is enough. Plain JSON, written by `eval tune` or
 * `fitSufficient`.
 */
export interface SufficientFile {
  readonly formatVersion: 1;
  readonly kind: "sufficient";
  /** Hash of all that the score depends on. */
  readonly version: string;
  /** Names of the model whose answers are judged, and of the one that it is compared with. */
  readonly small: string;
  readonly large: string;
  /**
   * Score of an answer. `logprob`: its mean log-probability. `blend`: the mean of two ranks in [0, 1], 2 : 1, of
   * the log-probability and of what the large model is expected not to gain. `text`: the second rank alone, for models
   * that send no log-probabilities.
   */
  readonly score: "logprob" | "blend" | "text";
  /** Lowest score that is accepted: at most 0 for `logprob`, else in [0, 1]; above 1 nothing is accepted. */
  readonly min: number;
  /** Learnt part of the score. Absent for `logprob`. */
  readonly gain?: GainModel | undefined;
  /** Figures of the choice, for people. */
  readonly report?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Accepts an answer whose score reaches the threshold of a file that was fitted to your own outcomes. An answer
 * without what the score needs (no log-probabilities came with it, or some that cannot be; tool calls instead of
 * a text) is not accepted, and `attempt.check.note` says so: the labels say nothing about such answers.
 *
 * Nothing that was learnt on other tasks is used: a check that was trained on other tasks is worse than the
 * log-probability alone.
 */
export function sufficient(file: SufficientFile): Check {
  const { score, version, min } = checkFile(file);
  const scoreOf = sufficientScore(file);

  return {
    name: `sufficient(${file.small}, ${score} ${version}, min ${min})`,
    accepts(request, answer, hop) {
      const logprob = score === "text" ? undefined : meanLogprob(answer);
      if (score !== "text" && logprob === undefined) {
        hop.note?.(noLogprobs);
        return false;
      }
      if (score !== "logprob" && textOf(answer) === "" && toolCallsOf(answer).length > 0) {
        hop.note?.("no text, only tool calls: the file does not judge them");
        return false;
      }
      const value = scoreOf({ request, logprob, outputTokens: tokensOf(answer), text: textOf(answer) });
      return value !== undefined && value >= min;
    },
    recorded(request, { answer: { answer, logprobConfidence, outputTokens } }) {
      const value = scoreOf({ request, logprob: logprobConfidence, outputTokens, text: answer });
      return { accepted: value !== undefined && value >= min };
    },
  };
}

/** Tokens of the answer: as the provider counted them, else those with log-probabilities. */
function tokensOf(answer: Completion): number | undefined {
  const counted: unknown = answer.usage?.completion_tokens;
  if (typeof counted === "number" && counted >= 0 && counted <= 1e9) return counted;
  return choiceOf(answer).logprobs?.content?.length;
}

function checkFile(file: SufficientFile): SufficientFile {
  if (typeof file !== "object" || file === null || file.kind !== "sufficient")
    throw new InvalidOptionError("sufficient.file", undefined, "a file of eval tune or fitSufficient");
  if (file.formatVersion !== 1)
    throw new InvalidOptionError("sufficient.file.formatVersion", file.formatVersion, "1");
  for (const field of ["version", "small", "large"] as const)
    checkText(`sufficient.file.${field}`, file[field]);
  const { score } = file;
  if (score !== "logprob" && score !== "blend" && score !== "text")
    throw new InvalidOptionError("sufficient.file.score", score, "logprob, blend or text");
  checkNumber("sufficient.file.min", file.min, score === "logprob" ? { max: 0 } : { min: 0, max: 1.01 });
  if (score !== "logprob") checkGainModel("sufficient.file.gain", file.gain);
  if (score === "blend" && file.gain?.logprob !== true)
    throw new InvalidOptionError("sufficient.file.gain.logprob", file.gain?.logprob, "true for a blend");
  return file;
}
