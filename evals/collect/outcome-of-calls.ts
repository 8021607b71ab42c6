import { mean } from "../../src/loop/statistics/index.ts";
import { meanOfField } from "../data/outcomes/mean-of-field.ts";
import type { Outcome } from "../data/outcomes/outcome-record.ts";
import type { CallState } from "./call-state.ts";
import type { CallAnswer } from "./journal-entry.ts";

/**
 * Combines all repeats of a model on a record to one outcome, with their means. Undefined while one of them
 * is not finished. Fields in addition to those of `Outcome`: `qualities` (of several repeats, in their
 * order), `toolCalls`, `finishReason`, `servedModel`, `scoring` (metadata of the score; `scorings` of several
 * repeats) and, for a batch, `paidUsd`. The answer is that of the first repeat; `answers` holds all.
 */
export function outcomeOfCalls(calls: readonly CallState[], keepAnswers: boolean): Outcome | undefined {
  const qualities: number[] = [];
  const answers: CallAnswer[] = [];
  const errors: string[] = [];
  const scorings: Readonly<Record<string, unknown>>[] = [];
  for (const call of calls) {
    if (call.state === "refused") {
      qualities.push(0);
      errors.push(call.error);
    } else if (call.state === "scored") {
      qualities.push(call.quality);
      answers.push(call.answer);
      if (call.scoring !== undefined) scorings.push(call.scoring);
    } else return undefined;
  }
  const [first] = answers;
  const several = calls.length > 1;
  // A refused call is not billed.
  const billed = [...answers, ...errors.map(() => ({ costUsd: 0 }))];
  return {
    quality: mean(qualities),
    ...(several && { repeats: calls.length, qualities }),
    ...(first !== undefined && kept(first, keepAnswers)),
    ...(keepAnswers && scorings.length > 0 && (several ? { scorings } : { scoring: scorings[0] })),
    ...(keepAnswers && several && { answers: answers.map(({ answer }) => answer) }),
    ...amountIn("costUsd", billed),
    ...amountIn("paidUsd", answers),
    ...amountIn("inputTokens", answers),
    ...amountIn("outputTokens", answers),
    ...amountIn("cachedTokens", answers),
    ...amountIn("latencyMs", answers),
    ...(first === undefined && errors[0] !== undefined && { error: errors[0] }),
  };
}

function kept(
  { answer, toolCalls, finishReason, servedModel, logprobConfidence }: CallAnswer,
  keepAnswers: boolean,
): Partial<CallAnswer> {
  return {
    ...(keepAnswers && { answer }),
    ...(keepAnswers && toolCalls && { toolCalls }),
    ...(finishReason && { finishReason }),
    ...(servedModel && { servedModel }),
    ...(logprobConfidence !== undefined && { logprobConfidence }),
  };
}

type Amount = "costUsd" | "paidUsd" | "inputTokens" | "outputTokens" | "cachedTokens" | "latencyMs";

/** Mean of an amount, if all answers have it. Tokens are whole. */
function amountIn<Field extends Amount>(
  field: Field,
  answers: readonly { readonly [Key in Field]?: number | undefined }[],
): Partial<Record<Amount, number>> {
  const value = meanOfField(answers, field);
  if (value === undefined) return {};
  return { [field]: field.endsWith("Tokens") ? Math.round(value) : value };
}
