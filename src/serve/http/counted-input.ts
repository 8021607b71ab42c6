import {
  type ChatRequest,
  isRouterError,
  type Model,
  type NativeRequest,
  type RouteRequest,
  type Router,
} from "../../contracts/index.ts";
import { handOver, type ReadBody } from "../../plugin/hand-over.ts";
import { withTimeLimit } from "../../plugin/with-time-limit.ts";
import { estimateTokens } from "../../router/cost/inner.ts";
import { HeldText, normaliseRequest } from "../../router/request/index.ts";

/** Estimates the input tokens of a request and of what only its sender's own body says. */
export function countedInput(chat: ChatRequest, native: NativeRequest, body: ReadBody | undefined): number {
  const limits = { maxCharacters: Number.POSITIVE_INFINITY, estimateTokens };
  return normaliseRequest(chat, limits, new HeldText(handOver(chat, body), native)).inputTokens;
}

/** Longest wait for a provider's count, in milliseconds. Clients ask for one while their user waits. */
const longestWaitMs = 5_000;

/** A count, and where it is from: the name of the model whose provider counted, or the reason why it is an estimate. */
export interface Counted {
  readonly tokens: number;
  readonly by: string | undefined;
  readonly estimatedSince?: string | undefined;
}

/**
 * Counts the input tokens of a request by the provider of the model that it would go to, else of another permitted one, that speaks
 * its protocol and can be asked. Else, and where that fails, by `estimate`. `native`: absent if requests are not passed on as they came. Rejects with the signal's reason.
 */
export async function countedByProvider(
  router: Router,
  request: () => RouteRequest,
  native: NativeRequest | undefined,
  { estimate, signal }: { readonly estimate: () => number; readonly signal: AbortSignal | undefined },
): Promise<Counted> {
  const estimated = (estimatedSince: string) => ({ tokens: estimate(), by: undefined, estimatedSince });
  if (native === undefined) return estimated("requests are not passed on as they came");
  const canBeAsked = (id: string) => {
    const model: Model | undefined = Object.hasOwn(router.models, id) ? router.models[id] : undefined;
    return model?.speaks?.includes(native.protocol) === true ? model.countTokens : undefined;
  };
  if (!Object.keys(router.models).some(canBeAsked)) return estimated("no model can be asked");
  const late = new Error("late");
  try {
    const { model, candidates } = await router.decide(request(), { signal });
    const permitted = candidates.filter((one) => one.permitted === true).map((one) => one.model);
    const id = [model, ...permitted].find((one) => permitted.includes(one) && canBeAsked(one) !== undefined);
    const count = id === undefined ? undefined : canBeAsked(id);
    if (id === undefined || count === undefined) return estimated("no permitted model can be asked");
    const limits = { timeoutMs: longestWaitMs, signal, reason: () => late };
    return { tokens: await withTimeLimit((limit) => count(native, limit), limits), by: id };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error === late) return estimated(`no count within ${longestWaitMs / 1_000} s`);
    return estimated(isRouterError(error) ? error.code : "the count failed");
  }
}
