import type { Completion } from "../contracts/index.ts";
import type { ReadyCall } from "./attempt-record.ts";
import { checkCompletion } from "./check-completion.ts";
import type { CallContext } from "./context.ts";
import type { Work } from "./run-call.ts";

/** The work of a call that asks its model for a whole answer. */
export function askModel({ chat }: CallContext, { model, pass }: ReadyCall): Work<Completion> {
  return async ({ record, signal }) => {
    const options = { signal, onDropped: record.dropped, onRateLimit: pass.onRateLimit };
    const completion = await model.generate(chat, options);
    checkCompletion(completion, model.name);
    return { value: completion, settle: () => record.answer(completion) };
  };
}
