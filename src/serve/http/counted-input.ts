import type { ChatRequest, NativeRequest } from "../../contracts/index.ts";
import { estimateTokens } from "../../router/cost/inner.ts";
import { HeldText, normaliseRequest } from "../../router/request/index.ts";

/** Estimates the input tokens of a request and of what only its sender's own body says. */
export function countedInput(chat: ChatRequest, native: NativeRequest): number {
  const limits = { maxCharacters: Number.POSITIVE_INFINITY, estimateTokens };
  return normaliseRequest(chat, limits, new HeldText(chat, native)).inputTokens;
}
