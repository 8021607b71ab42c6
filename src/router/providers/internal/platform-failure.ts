import { ProviderError, type ProviderErrorOptions } from "../../../contracts/index.ts";
import { counted } from "../../../plugin/counted.ts";
import { dateOf } from "./header-values.ts";

/** Difference of clocks that platforms tolerate, in milliseconds: AWS five minutes, less the way of a request. */
const toleratedMs = 240_000;

/** Returns by how much this machine's clock differs from that of the platform, if that explains a refusal. */
export function clockFault(headers: Pick<Headers, "get">, now: () => number = Date.now): string | undefined {
  const theirs = dateOf(headers.get("date") ?? "");
  if (theirs === undefined) return undefined;
  const aheadMs = now() - theirs;
  if (Math.abs(aheadMs) < toleratedMs) return undefined;
  const away = counted(Math.round(Math.abs(aheadMs) / 60_000), "minute");
  return `this machine's clock is ${away} ${aheadMs > 0 ? "ahead of" : "behind"} the platform's: set it`;
}

/** Returns the error with other facts; its status and the text of the platform stay. */
export function restated(error: ProviderError, facts: Partial<ProviderErrorOptions>): ProviderError {
  const { kind, model, status, requestId, retryAfterMs, detail, providerCode, param } = error;
  const { retryable, mayBeBilled, otherMayAnswer, lacks, contextWindow, partialText } = error;
  // What follows from the kind changes with it.
  const isSame = facts.kind === undefined || facts.kind === kind;
  return new ProviderError({
    kind,
    model,
    status,
    requestId,
    mayBeBilled,
    retryAfterMs,
    detail,
    providerCode,
    param,
    ...(isSame && { retryable, otherMayAnswer, lacks, contextWindow, partialText }),
    ...facts,
  });
}
