import {
  type AttemptRecord,
  mayBeBilled,
  type ReadyCall,
  startAttempt,
  toTypedError,
} from "./attempt-record.ts";
import type { CallContext } from "./context.ts";
import { createGuard } from "./guard.ts";

/** A call without streaming that has ended: with its answer, or with a typed error. */
export type Ended<T> = { readonly record: AttemptRecord } & (
  | { readonly value: T; readonly failed: false }
  | { readonly error: unknown; readonly failed: true }
);

/** Work of a call, and what ends its record. */
export type Work<T> = (call: {
  readonly record: AttemptRecord;
  readonly signal: AbortSignal;
}) => Promise<{ readonly value: T; readonly settle: () => void }>;

/** Makes one call without streaming, bounded and recorded. Never rejects. */
export async function runCall<T>(context: CallContext, ready: ReadyCall, work: Work<T>): Promise<Ended<T>> {
  const record = startAttempt(context, ready);
  const guard = createGuard(context, ready.model.name);
  try {
    guard.limit(context.ports.options.attemptTimeoutMs, "no answer within attemptTimeoutMs");
    const { value, settle } = await guard.race(() => work({ record, signal: guard.signal }));
    // May throw for an answer that cannot be read: the call has then failed like any other.
    settle();
    return { record, value, failed: false };
  } catch (thrown) {
    const error = toTypedError(thrown, ready.model, context.signal);
    record.fail(error, mayBeBilled(error) ? "" : undefined);
    return { record, error, failed: true };
  } finally {
    guard.release(false);
    ready.pass.end();
  }
}
