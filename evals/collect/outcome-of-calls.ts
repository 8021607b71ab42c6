import { mean } from "../../src/statistics/mean.ts";
import { meanOfField } from "../data/outcomes/mean-of-field.ts";
import type { Outcome } from "../data/outcomes/outcome-record.ts";
import type { CallState } from "./call-state.ts";
import type { CallAnswer } from "./journal-entry.ts";

/**
 * One outcome of all repeats of a model on a record: means, of what each repeat tells. Undefined while one
 * of them is not finished. Beyond the fields of `Outcome`: `qualities` (of more repeats than one, in their
 * order), `toolCalls`, `finishReason`, `servedModel`, `scoring` (what the scorer says beside its score; `scorings` of more
 * repeats than one) and, for a batch, `paidUsd`. The answer is that of the first repeat; `answers` holds all.
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

/** Nothing unless all answers have it. Tokens are whole. */
function amountIn<Field extends Amount>(
  field: Field,
  answers: readonly { readonly [Key in Field]?: number | undefined }[],
): Partial<Record<Amount, number>> {
  const value = meanOfField(answers, field);
  if (value === undefined) return {};
  return { [field]: field.endsWith("Tokens") ? Math.round(value) : value };
}
