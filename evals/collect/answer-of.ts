import { meanLogprob } from "../../policies/checks/internal/mean-logprob.ts";
import { type Completion, type Model, ProviderError } from "../../src/contracts/index.ts";
import { pricing, usageOf } from "../../src/router/cost/inner.ts";
import type { CallAnswer } from "./journal-entry.ts";

/**
 * Selects what is kept of a completion. `priceShare` is the part of the usual price that was paid. Throws
 * `ProviderError` (`incomplete`) for a completion without a message.
 */
export function answerOf(
  completion: Completion,
  model: Model,
  details: { readonly latencyMs?: number | undefined; readonly priceShare?: number | undefined } = {},
): CallAnswer {
  const choice = completion?.choices?.[0];
  const message = choice?.message;
  if (typeof message !== "object" || message === null)
    throw new ProviderError({
      kind: "incomplete",
      model: model.name,
      summary: "the answer has no choices[0].message",
    });
  const { latencyMs, priceShare = 1 } = details;
  const usage = usageOf(completion.usage);
  const costUsd = usage && standardCostUsd(completion, model, latencyMs);
  // As the check `logprob` will see it; most providers send none.
  const logprobConfidence = meanLogprob(completion);
  const toolCalls = message.tool_calls?.flatMap((call) =>
    call.type === "function" ? [{ name: call.function.name, arguments: call.function.arguments }] : [],
  );
  return {
    answer: message.content ?? message.refusal ?? "",
    ...(toolCalls !== undefined && toolCalls.length > 0 && { toolCalls }),
    ...(choice?.finish_reason && { finishReason: choice.finish_reason }),
    ...(completion.model && { servedModel: completion.model }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(usage && { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens }),
    ...(usage?.cachedInputTokens !== undefined && { cachedTokens: usage.cachedInputTokens }),
    ...(logprobConfidence !== undefined && { logprobConfidence }),
    ...(costUsd !== undefined && { costUsd }),
    ...(costUsd !== undefined && priceShare !== 1 && { paidUsd: costUsd * priceShare }),
  };
}

/** Returns the cost at the standard price of the model that answered, whatever share of it a batch is charged. */
function standardCostUsd(
  { usage, model: served }: Completion,
  model: Model,
  latencyMs: number | undefined,
): number | undefined {
  const seconds = latencyMs === undefined ? undefined : latencyMs / 1_000;
  const call = { model: served, at: Date.now() - (latencyMs ?? 0), seconds };
  return pricing.bill(model, { ...usage, service_tier: "standard" }, nothing, call).costUsd;
}

const nothing = { inputTokens: 0, outputTokens: () => 0 };
