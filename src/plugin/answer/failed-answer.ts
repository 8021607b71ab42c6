import { type CompletionUsage, ProviderError, type ProviderErrorKind } from "../../contracts/index.ts";

/** Text that a model wrote before its answer failed, and the counts of its server: it is billed. */
export interface FailedAnswer {
  readonly written: string;
  readonly usage?: CompletionUsage | undefined;
  /** Name of the model, according to the server. */
  readonly model?: string | undefined;
}

/** Shared by two copies of the package. */
const mark = Symbol.for("switchpoint.failedAnswer");

/** Adds to an error what the answer held. It is neither enumerable nor logged. */
export function withFailedAnswer(error: ProviderError, answer: FailedAnswer): ProviderError {
  if (answer.written !== "") error.partialText = answer.written;
  return Object.defineProperty(error, mark, { value: answer, configurable: true });
}

/** Returns what an answer held that failed; undefined where nothing is known of it. */
export function failedAnswer(error: unknown): FailedAnswer | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  return (error as { readonly [mark]?: FailedAnswer })[mark];
}

const summaries: Partial<Record<ProviderErrorKind, string>> = {
  "content-filter": "the provider's filter ended the answer",
  "context-overflow": "the answer ran into the end of the context window",
  overloaded: "the server ran out of resources while it answered",
};

/** Creates the error of an answer that ended with a word for a failure. */
export function endedByFailure(kind: ProviderErrorKind, word: string, model: string): ProviderError {
  const summary = `${summaries[kind] ?? "the server failed while it answered"} (finish reason ${shown(word)})`;
  return new ProviderError({ kind, model, summary });
}

/** A server's word goes into a message only if it looks like one. */
function shown(word: string): string {
  return /^[\w-]{1,40}$/.test(word) ? word : "unknown";
}
