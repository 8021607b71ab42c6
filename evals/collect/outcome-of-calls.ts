import { mean } from "../../src/statistics/mean.ts";
import type { Outcome } from "../data/outcomes/outcome-record.ts";
import type { CallState } from "./call-book.ts";
import type { CallAnswer } from "./journal-entry.ts";

/**
 * One outcome of all repeats of a model on a record: means, of what each repeat tells. Undefined while one
 * of them is not finished. Beyond the fields of `Outcome`: `qualities` (of more repeats than one, in their
 * order), `toolCalls`, `finishReason`, `servedModel`, `scoring` (what the scorer says beside its score; `scorings` of more
 * repeats than one) and, for a batch, `paidUsd`. The answer is that of the first repeat; `answers` holds all.
 */
export function outcomeOfCalls(calls: readonly CallState[], keepAnswers: boolean): Outcome | undefined {
  const qualities: number[] = [];
  for (const { failure, quality } of calls) {
    const one = failure === undefined ? quality : 0;
    if (one === undefined) return undefined;
    qualities.push(one);
  }
  const answers = calls.flatMap(({ answer, failure }) => (failure === undefined && answer ? [answer] : []));
  const failures = calls.flatMap(({ failure }) => failure ?? []);
  const [first] = answers;
  const several = calls.length > 1;
  const scorings = calls.flatMap(({ scoring }) => scoring ?? []);
  // A refused call is not billed.
  const unbilled = failures.map(() => 0);
  return {
    quality: mean(qualities),
    ...(several && { repeats: calls.length, qualities }),
    ...(first !== undefined && kept(first, keepAnswers)),
    ...(keepAnswers && scorings.length > 0 && (several ? { scorings } : { scoring: scorings[0] })),
    ...(keepAnswers && several && { answers: answers.map(({ answer }) => answer) }),
    ...meanOf(answers, "costUsd", unbilled),
    ...meanOf(answers, "paidUsd"),
    ...meanOf(answers, "inputTokens"),
    ...meanOf(answers, "outputTokens"),
    ...meanOf(answers, "cachedTokens"),
    ...meanOf(answers, "latencyMs"),
    ...(first === undefined && failures[0] !== undefined && { error: failures[0] }),
  };
}

function kept(
  { answer, toolCalls, finishReason, servedModel }: CallAnswer,
  keepAnswers: boolean,
): Partial<CallAnswer> {
  return {
    ...(keepAnswers && { answer }),
    ...(keepAnswers && toolCalls && { toolCalls }),
    ...(finishReason && { finishReason }),
    ...(servedModel && { servedModel }),
  };
}

type Amount = "costUsd" | "paidUsd" | "inputTokens" | "outputTokens" | "cachedTokens" | "latencyMs";

/** Nothing unless all answers tell it: a mean over some would be one of other calls. Tokens are whole. */
function meanOf(
  answers: readonly CallAnswer[],
  field: Amount,
  others: readonly number[] = [],
): Partial<Record<Amount, number>> {
  const values = answers.flatMap((answer) => answer[field] ?? []);
  if (values.length < answers.length || values.length + others.length === 0) return {};
  const value = mean([...values, ...others]);
  return { [field]: field.endsWith("Tokens") ? Math.round(value) : value };
}
