import type { CallOptions, ChatRequest, Completion } from "../../contracts/index.ts";
import { optionsFor } from "../../plugin/call-abort.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { isReading } from "../../plugin/reading-sinks.ts";
import type { AttemptRecord, ReadyCall } from "./attempt-record.ts";
import { checkCompletion } from "./check-completion.ts";
import type { CallContext } from "./context.ts";
import type { Guard } from "./guard.ts";
import { chatWithin } from "./output-limit.ts";
import type { CallKind } from "./run-call.ts";

/** Returns what a model gets in addition to the request, for a call of its function `ask`. */
export function callOptions(
  { native, scope }: CallContext,
  { model, pass }: ReadyCall,
  record: AttemptRecord,
  guard: Guard,
  ask: object,
): CallOptions {
  const onDropped = (parameter: string) => record.dropped(parameter);
  const { onRateLimit, roles } = pass;
  const { tenant } = scope;
  if (tenant === undefined && native === undefined && roles === undefined)
    return optionsFor(ask, guard.abort, { onDropped, onRateLimit });
  const isSpoken = native !== undefined && model.speaks?.includes(native.protocol);
  if (!isSpoken) native?.leftOut?.forEach(onDropped);
  return optionsFor(ask, guard.abort, {
    onDropped,
    onRateLimit,
    ...(tenant !== undefined && { tenant }),
    ...(roles !== undefined && { roles }),
    ...(isSpoken && { native }),
  });
}

/** Returns a request for one call. A copy where the model could change it: the next one's must not change. */
export function ownChat(ask: object, chat: ChatRequest): ChatRequest {
  return isReading(ask) ? chat : copyOf(chat);
}

/** Asks a model for a whole answer. */
export const chatCall: CallKind<Completion> = {
  ask: (context, ready, record, guard) =>
    ready.model.generate(
      ownChat(ready.model.generate, chatWithin(context, ready.call, record)),
      callOptions(context, ready, record, guard, ready.model.generate),
    ),
  settle(completion, record, { model }) {
    const answer = checkCompletion(completion, model.name);
    record.answer(answer);
    return answer;
  },
};
