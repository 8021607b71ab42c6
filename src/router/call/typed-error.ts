import { errorType } from "../../contracts/errors/index.ts";
import { isRouterError, type Model, ProviderError } from "../../contracts/index.ts";
import { withServerText } from "../../plugin/with-server-text.ts";

/**
 * Converts what a model threw to a typed error that says what the server said. An error of a user's own model
 * counts as a failed call.
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

/**
 * True if a provider may bill a call that failed like this: it may have worked until we hung up. An error
 * that the provider reported itself is not billed.
 */
export function mayBeBilled(error: unknown): boolean {
  if (!isRouterError(error)) return true;
  if (isRouterError(error, "deadline-exceeded")) return true;
  return (
    isRouterError(error, "provider") &&
    (error.kind === "timeout" || error.kind === "incomplete") &&
    error.status === undefined
  );
}
