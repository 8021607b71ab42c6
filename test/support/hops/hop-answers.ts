import { setTimeout } from "node:timers/promises";
import { type Completion, type CompletionChunk, ProviderError } from "../../../src/index.ts";
import type { Outcome } from "./hop-scenarios.ts";

/** Throws the error of an outcome, if it has one. `refund`: the provider does not bill the call. */
export function failAs(outcome: Outcome, model: string, refund: () => void, advance: () => void): void {
  switch (outcome) {
    case "throws":
      refund();
      throw new TypeError("as scripted");
    case "timeout":
      throw new ProviderError({ kind: "timeout", model });
    case "rate-limit":
      refund();
      // The world advances during the wait before a retry.
      void setTimeout(0).then(advance);
      throw new ProviderError({ kind: "rate-limit", model, retryAfterMs: 1 });
    case "server":
    case "not-found":
    case "context-overflow":
      refund();
      throw new ProviderError({ kind: outcome, model });
  }
}

const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

export function completionOf(model: string, withUsage: boolean): Completion {
  const message = { role: "assistant" as const, content: "Hi", refusal: null };
  return {
    id: "1",
    created: 0,
    model,
    object: "chat.completion",
    choices: [{ index: 0, finish_reason: "stop", logprobs: null, message }],
    ...(withUsage ? { usage } : {}),
  };
}

export function chunkOf(
  model: string,
  delta: CompletionChunk["choices"][number]["delta"],
  finish_reason: "stop" | null = null,
  withUsage = false,
): CompletionChunk {
  return {
    id: "1",
    created: 0,
    model,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason }],
    ...(withUsage ? { usage } : {}),
  };
}
