import type { CallOptions, Completion } from "../contracts/index.ts";
import type { Pass } from "../contracts/ports/index.ts";
import { copyOf } from "../plugin/copy-of.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import { checkCompletion } from "./check-completion.ts";
import type { Guard } from "./guard.ts";
import { chatWithin } from "./output-limit.ts";
import type { CallKind } from "./run-call.ts";

/** Returns what a model gets in addition to the request. */
export function callOptions(guard: Guard, record: AttemptRecord, { onRateLimit }: Pass): CallOptions {
  return {
    signal: guard.signal,
    onDropped: (parameter) => record.dropped(parameter),
    onRateLimit,
  };
}

/** Asks a model for a whole answer. */
export const chatCall: CallKind<Completion> = {
  ask: (context, { call, model, pass }, record, guard) =>
    // A copy for each call: a model that changes it must not change the next one's.
    model.generate(copyOf(chatWithin(context, call, record)), callOptions(guard, record, pass)),
  settle(completion, record, { model }) {
    checkCompletion(completion, model.name);
    record.answer(completion);
  },
};
