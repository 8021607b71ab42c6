import type { CallOptions, Completion } from "../contracts/index.ts";
import { copyOf } from "../plugin/copy-of.ts";
import type { AttemptRecord, ReadyCall } from "./attempt-record.ts";
import { checkCompletion } from "./check-completion.ts";
import type { CallContext } from "./context.ts";
import type { Guard } from "./guard.ts";
import { chatWithin } from "./output-limit.ts";
import type { CallKind } from "./run-call.ts";

/** Returns what a model gets in addition to the request. */
export function callOptions(
  { native, scope }: CallContext,
  { model, pass }: ReadyCall,
  record: AttemptRecord,
  guard: Guard,
): CallOptions {
  const options: CallOptions = {
    signal: guard.signal,
    onDropped: (parameter) => record.dropped(parameter),
    onRateLimit: pass.onRateLimit,
  };
  if (scope.tenant !== undefined) Object.assign(options, { tenant: scope.tenant });
  return native !== undefined && model.speaks?.includes(native.protocol) ? { ...options, native } : options;
}

/** Asks a model for a whole answer. */
export const chatCall: CallKind<Completion> = {
  ask: (context, ready, record, guard) =>
    // A copy for each call: a model that changes it must not change the next one's.
    ready.model.generate(
      copyOf(chatWithin(context, ready.call, record)),
      callOptions(context, ready, record, guard),
    ),
  settle(completion, record, { model }) {
    checkCompletion(completion, model.name);
    record.answer(completion);
  },
};
