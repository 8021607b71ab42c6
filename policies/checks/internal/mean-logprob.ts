import type { Completion } from "../../../src/contracts/index.ts";
import { choiceOf, textOf } from "./answer-parts.ts";

/** Number of tokens of the longest answer that is read: more than any model writes at once. */
const mostTokens = 262_144;
/** Length of the longest token, in characters: 128 in the tokenisers in use. */
const longestToken = 128;
/** Number that outcome files write for minus infinity. */
const lowest = -100;
/** A probability is at most 1; servers that compute with few digits report a little more. */
const rounding = 1e-3;

/**
 * Mean log-probability of the answer's tokens. Undefined if there is none that can be believed: none came, one
 * of them is not a number or is above 0, or they are too few to be those of this text. A server that wants to
 * deceive can still make them up.
 */
export function meanLogprob(answer: Completion): number | undefined {
  const tokens: readonly unknown[] | null | undefined = choiceOf(answer).logprobs?.content;
  if (!Array.isArray(tokens) || tokens.length === 0 || tokens.length > mostTokens) return undefined;
  if (textOf(answer).length > tokens.length * longestToken) return undefined;
  let sum = 0;
  for (const token of tokens) {
    const logprob: unknown = (token as { readonly logprob?: unknown } | null | undefined)?.logprob;
    if (typeof logprob !== "number" || !(logprob <= rounding)) return undefined;
    sum += Math.min(0, logprob);
  }
  return Math.max(lowest, sum / tokens.length);
}

/** Remark of a check that needs them. */
export const noLogprobs =
  "no usable log-probabilities: ask for them (logprobs: true) from a provider that sends them";
