import type { Attributes } from "@opentelemetry/api";
import type { Attempt } from "../../../contracts/index.ts";
import { attributes } from "./names.ts";

/** Form of a name of a model: a server may send any text as one. */
const plainName = /^[\w./:@+-]{1,128}$/;

const reasons = new Set(["stop", "length", "tool_calls", "function_call", "content_filter"]);

/** Attributes of a call that are known once it has ended. No text of request or answer is among them. */
export function attemptAttributes(attempt: Attempt): Attributes {
  const { usage, finishReason, servedModel, firstTokenMs, costUsd, next } = attempt;
  return {
    [attributes.responseModel]:
      servedModel !== undefined && plainName.test(servedModel) ? servedModel : undefined,
    [attributes.finishReasons]:
      finishReason !== undefined && reasons.has(finishReason) ? [finishReason] : undefined,
    [attributes.timeToFirstChunk]: firstTokenMs === undefined ? undefined : firstTokenMs / 1_000,
    [attributes.inputTokens]: usage?.inputTokens,
    [attributes.outputTokens]: usage?.outputTokens,
    [attributes.cacheReadTokens]: usage?.cachedInputTokens,
    [attributes.cacheCreationTokens]: usage?.cacheWriteTokens,
    [attributes.reasoningTokens]: usage?.reasoningTokens,
    [attributes.costUsd]: costUsd,
    [attributes.next]: next,
    [attributes.errorType]: errorType(attempt),
  };
}

/** Kind or code of a failure. A model of the application may give any text as one: then `other`. */
export function errorType({ error }: Pick<Attempt, "error">): string | undefined {
  const type = error?.kind ?? error?.code;
  return type === undefined || /^[a-z-]{1,32}$/.test(type) ? type : "other";
}
