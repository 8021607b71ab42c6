import { errorType } from "../../contracts/errors/index.ts";
import { isRouterError, type Model, ProviderError, type RouterErrorCode } from "../../contracts/index.ts";
import type { Call } from "../../contracts/ports/index.ts";
import { withServerText } from "../../plugin/with-server-text.ts";

/**
 * Converts what a model threw to a typed error that says what the server said. An error of a user's own model
 * counts as a failed call, of which it is not known what the provider did.
 */
export function toTypedError(
  error: unknown,
  model: Model,
  { signal, chat }: { readonly signal: AbortSignal | undefined; readonly chat: unknown },
): unknown {
  if (signal?.aborted && error === signal.reason) return error;
  if (isRouterError(error)) return withServerText(error, model, chat);
  const summary = `an error of type ${errorType(error)}`;
  const { name } = model;
  const typed = new ProviderError({ kind: "unknown", model: name, summary, detail: detailOf(error) });
  return withServerText(typed, model, chat);
}

/** Returns the text of something that was thrown; undefined if it has none that can be read. */
function detailOf(error: unknown): string | undefined {
  try {
    return error instanceof Error ? error.stack : String(error);
  } catch {
    return undefined;
  }
}

/** Codes of errors of this package that come before a request is sent. */
const unsent: ReadonlySet<RouterErrorCode> = new Set([
  "invalid-option",
  "invalid-request",
  "missing-configuration",
  "missing-dependency",
  "no-eligible-model",
  "policy",
  "limit-exceeded",
]);

/**
 * True if a call that failed like this is billed: it was sent, and the provider has not refused it in its own words. Own GPUs
 * send no bill: there only a call that they may have worked at until we hung up has a cost.
 */
export function mayBeBilled(error: unknown, { gpu }: Pick<Call, "gpu"> = {}): boolean {
  if (!isRouterError(error)) return true;
  if (!isRouterError(error, "provider")) return !unsent.has(error.code);
  const { kind, status } = error;
  return gpu === undefined
    ? error.mayBeBilled
    : (kind === "timeout" || kind === "incomplete") && status === undefined;
}
