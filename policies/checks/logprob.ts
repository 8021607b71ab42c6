import type { Check } from "../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { checkKind } from "./internal/check-kind.ts";
import { meanLogprob, noLogprobs } from "./internal/mean-logprob.ts";

export interface LogprobOptions {
  /** Lowest mean log-probability of a token (natural logarithm) that is accepted, at most 0. */
  readonly min: number;
  /** Check of answers that come without log-probabilities. Default: they are not accepted. */
  readonly otherwise?: Check | undefined;
}

export const logprobOptions: OptionTable<LogprobOptions, "otherwise"> = {
  min: { is: "number", max: 0 },
  otherwise: { ...checkKind, optional: true },
};

/**
 * Accepts an answer whose tokens have a mean log-probability of at least `min`:
 * `Σ log p(token) / tokens`, for example -0.1. Reads only `choices[0].logprobs`: requests must ask for
 * them (`logprobs: true`), and few providers other than OpenAI and compatible endpoints send them. Of an answer
 * without them (or with some that cannot be: above 0, not numbers, too few for the text) `otherwise` decides;
 * without it such an answer is not accepted. `attempt.check.note` then says so.
 *
 * The mean shows how sure a model was of its words, not how often it is right: choose `min` on recorded
 * outcomes (`tunePolicies`).
 */
export function logprob(options: LogprobOptions): Check {
  const { min, otherwise } = readOptions("logprob", logprobOptions, options);

  return {
    name: `logprob(min ${min}${otherwise === undefined ? "" : `, else ${otherwise.name}`})`,
    accepts(request, answer, hop) {
      const mean = meanLogprob(answer);
      if (mean !== undefined) return mean >= min;
      hop.note?.(noLogprobs);
      return otherwise === undefined ? false : otherwise.accepts(request, answer, hop);
    },
    recorded(_, { answer: { logprobConfidence }, verdictOf }) {
      if (logprobConfidence !== undefined) return { accepted: logprobConfidence >= min };
      return otherwise && verdictOf(otherwise);
    },
  };
}
