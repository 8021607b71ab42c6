import type { Outcome } from "../evals/data/outcomes/outcome-record.ts";

/** US dollars per million input and output tokens behind the records of `rational_cascades`. */
const prices: Readonly<Record<string, readonly [input: number, output: number]>> = {
  "llama3.1-8b": [0.2, 0.2],
  "llama3.1-405b": [3, 3],
  "gpt-4o-mini": [0.15, 0.6],
  "gpt-4o": [2.5, 10],
};

/**
 * Returns the cost of the answer only, in US dollars. The records' own `costUsd` is higher on three of the
 * five tasks: there the source asks the model how sure it is of its answer, which a cascade has to pay for.
 */
export function answerCost(
  { inputTokens = Number.NaN, outputTokens = Number.NaN }: Outcome,
  model: string,
): number {
  const [input, output] = prices[model] ?? [Number.NaN, Number.NaN];
  return (inputTokens * input + outputTokens * output) / 1e6;
}
