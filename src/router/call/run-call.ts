import { failedAnswer } from "../../plugin/answer/failed-answer.ts";
import { type AttemptRecord, type ReadyCall, startAttempt } from "./attempt-record.ts";
import type { CallContext } from "./context.ts";
import { createGuard, type Guard } from "./guard.ts";
import { mayBeBilled, toTypedError } from "./typed-error.ts";

/** A call without streaming that has ended: with its answer, or with a typed error. */
export type Ended<T> = { readonly record: AttemptRecord } & (
  | { readonly value: T; readonly failed: false }
  | { readonly error: unknown; readonly failed: true }
);

/** A kind of call: how it asks, and how its record ends. Plain functions, so that a call creates no closures for them. */
export interface CallKind<T> {
  ask(context: CallContext, ready: ReadyCall, record: AttemptRecord, guard: Guard): Promise<T>;
  /** Ends the record with the answer, and returns it as it was read. May throw for one that cannot be: the call has then failed. */
  settle(value: T, record: AttemptRecord, ready: ReadyCall): T;
}

const nothing = { written: "" };

/** Makes one call without streaming, bounded and recorded. Never rejects. */
export async function runCall<T>(
  context: CallContext,
  ready: ReadyCall,
  kind: CallKind<T>,
): Promise<Ended<T>> {
  const record = startAttempt(context, ready);
  const guard = createGuard(context, ready.model.name);
  try {
    guard.limit(context.ports.options.attemptTimeoutMs, "no answer within attemptTimeoutMs");
    const { observer } = context.ports;
    const ask = () => kind.ask(context, ready, record, guard);
    const answer = await guard.race(observer.surrounds ? () => observer.within(ready.call, ask) : ask);
    const value = kind.settle(answer, record, ready);
    return { record, value, failed: false };
  } catch (thrown) {
    const error = toTypedError(thrown, ready.model, context);
    const answer = failedAnswer(error);
    const billed = mayBeBilled(error, ready.call) ? nothing : undefined;
    record.fail(error, answer === undefined ? billed : { ...answer, isWhole: true });
    return { record, error, failed: true };
  } finally {
    guard.release(false);
    ready.pass.end();
  }
}
