import type { ChatRequest, NativeRequest } from "../../contracts/index.ts";
import { handOver, type ReadBody } from "../../plugin/hand-over.ts";
import { estimateTokens } from "../../router/cost/inner.ts";
import { HeldText, normaliseRequest } from "../../router/request/index.ts";

/** Estimates the input tokens of a request and of what only its sender's own body says. */
export function countedInput(chat: ChatRequest, native: NativeRequest, body: ReadBody | undefined): number {
  const limits = { maxCharacters: Number.POSITIVE_INFINITY, estimateTokens };
  return normaliseRequest(chat, limits, new HeldText(handOver(chat, body), native)).inputTokens;
}
