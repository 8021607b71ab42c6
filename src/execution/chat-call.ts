import type { Completion } from "../contracts/index.ts";
import { copyOf } from "../plugin/copy-of.ts";
import { checkCompletion } from "./check-completion.ts";
import { chatWithin } from "./output-limit.ts";
import type { CallKind } from "./run-call.ts";

/** Asks a model for a whole answer. */
export const chatCall: CallKind<Completion> = {
  ask: (context, { call, model, pass }, record, signal) =>
    // A copy for each call: a model that changes it must not change the next one's.
    model.generate(copyOf(chatWithin(context, call, record)), {
      signal,
      onDropped: record.dropped,
      onRateLimit: pass.onRateLimit,
    }),
  settle(completion, record, { model }) {
    checkCompletion(completion, model.name);
    record.answer(completion);
  },
};
