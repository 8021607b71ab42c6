import type { ProviderError } from "../../contracts/index.ts";
import type { PlannedCall } from "./admit-target.ts";
import type { CallContext } from "./context.ts";

/** Largest part that a window may be of the tokens that are said to exceed it: estimates of odd texts are far too small. */
const mostTimes = 8;

/**
 * Returns the window that a call turned out to exceed, in tokens; 0 if it is not known, undefined for another failure. A number
 * above what is known of the model, or of the request, is not believed: it would keep the request from larger models.
 */
export function outgrownBy(
  { facts }: Pick<CallContext, "facts">,
  { call, target }: Pick<PlannedCall, "call" | "target">,
  { kind, contextWindow: stated }: Pick<ProviderError, "kind" | "contextWindow">,
): number | undefined {
  if (kind !== "context-overflow") return undefined;
  const known = target.candidate.facts.contextWindow;
  const asked = call.inputTokens + Math.max(call.outputTokens, facts.maxOutputTokens ?? 0);
  const isPossible = stated !== undefined && stated <= Math.max(known ?? 0, mostTimes * asked);
  return isPossible ? Math.min(stated, known ?? stated) : (known ?? 0);
}
