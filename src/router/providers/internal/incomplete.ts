import { type CompletionUsage, isRouterError, ProviderError } from "../../../contracts/index.ts";
import { withFailedAnswer } from "../../../plugin/answer/failed-answer.ts";

/** Creates the error of an answer that is cut off or unreadable. */
export function incomplete(model: string, summary: string, detail?: string): ProviderError {
  return new ProviderError({ kind: "incomplete", model, summary, detail });
}

/** Calls `read`; what it throws of kind `incomplete` keeps the text that was written, and its usage: both are paid for. */
export function keepingText<T>(text: string, usage: CompletionUsage | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isRouterError(error, "provider") && error.kind === "incomplete")
      throw withFailedAnswer(error, { written: text, usage });
    throw error;
  }
}
