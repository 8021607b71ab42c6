import { isRouterError } from "../contracts/index.ts";

/** True if a call or a request ended because its caller left: with its signal's reason, which is not an error of ours. */
export function wasLeft(error: unknown, signal: AbortSignal | undefined): boolean {
  // First: an error of ours may say that it is not a signal.
  return !isRouterError(error) && signal?.aborted === true && error === signal.reason;
}
