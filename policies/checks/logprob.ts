import type { Check } from "../../src/contracts/index.ts";
import { checkKeys, checkNumber } from "../../src/plugin/index.ts";
import { choiceOf } from "./internal/answer-parts.ts";

export interface LogprobOptions {
  /** Lowest mean log-probability of a token (natural logarithm) that is accepted, at most 0. */
  readonly min: number;
}

/**
 * Accepts an answer whose tokens have a mean log-probability of at least `min`:
 * `Σ log p(token) / tokens`, for example -0.1. Reads only `choices[0].logprobs`: requests must ask for
 * them (`logprobs: true`), and an answer without them is not accepted. Providers other than OpenAI and
 * compatible endpoints do not send them.
 *
 * The mean shows how sure a model was of its words, not how often it is right: choose `min` on recorded
 * outcomes, one for each kind of task.
 */
export function logprob(options: LogprobOptions): Check {
  checkKeys("logprob", options, ["min"]);
  const min = checkNumber("logprob.min", options.min, { max: 0 });

  return {
    name: `logprob(min ${min})`,
    accepts(_, answer) {
      const tokens = choiceOf(answer).logprobs?.content;
      if (!Array.isArray(tokens) || tokens.length === 0) return false;
      let sum = 0;
      for (const token of tokens) sum += Number(token?.logprob ?? Number.NaN);
      // NaN, when a token has no log-probability, gives false.
      return sum / tokens.length >= min;
    },
  };
}
