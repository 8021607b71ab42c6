import {
  type CallAnswer,
  DeadlineExceededError,
  type Hop,
  LimitExceededError,
  NoEligibleModelError,
} from "../contracts/index.ts";
import { type AttemptRecord, mayBeBilled, startAttempt, toTypedError } from "./attempt-record.ts";
import { budgetError } from "./budget.ts";
import type { ExecutionContext, Pass } from "./context.ts";
import { passThrough } from "./enter.ts";
import { createGuard } from "./guard.ts";

/**
 * Throws what forbids a call that nobody has planned: the caller's abort, the deadline, the request's
 * `maxCostUsd`. Whoever calls has asked the constraints.
 */
export function checkBounds(context: ExecutionContext, model: string): void {
  const { signal, deadlineAt, deadlineMs, clock, attempts } = context;
  signal?.throwIfAborted();
  if (deadlineAt !== undefined && clock() >= deadlineAt)
    throw new DeadlineExceededError(deadlineMs ?? 0, attempts);
  const overBudget = budgetError(context, model);
  if (overBudget !== undefined) throw overBudget;
}

/**
 * The way of a call that nobody has planned through the router's limits, where there are any. Nobody
 * else can make it: throws `LimitExceededError` where they leave no room. `checkBounds` comes after it.
 */
export async function enterDirectly(context: ExecutionContext, model: string, hop: Hop): Promise<Pass> {
  checkBounds(context, model);
  const { pass, rejection, waited } = await passThrough(context, model, true);
  if (pass === undefined) throw new LimitExceededError({ [model]: rejection.reason });
  // What was permitted before the wait may not be any more.
  const reason = waited ? context.permits(model, hop) : true;
  if (reason === true) return pass;
  pass.end();
  throw new NoEligibleModelError({ [model]: reason });
}

/** One call of what is not a chat model, bounded and recorded as a call of one is. */
export async function callDirectly<T>(
  context: ExecutionContext,
  model: string,
  hop: Hop,
  work: (signal: AbortSignal) => Promise<CallAnswer<T>>,
): Promise<T> {
  const pass = context.admission && (await enterDirectly(context, model, hop));
  const record = start(context, model, hop, pass);
  const guard = createGuard(context, record.model.name);
  try {
    guard.limit(context.options.attemptTimeoutMs, "no answer within attemptTimeoutMs");
    // `async`, so that work that throws at once has failed like any other.
    const answer = await guard.race(async () => work(guard.signal));
    record.succeed({ inputTokens: answer.inputTokens, model: answer.servedModel });
    return answer.value;
  } catch (thrown) {
    const error = toTypedError(thrown, record.model, context.signal);
    record.fail(error, mayBeBilled(error) ? "" : undefined);
    throw error;
  } finally {
    guard.release(false);
    pass?.end();
    record.report(undefined);
  }
}

function start(context: ExecutionContext, model: string, hop: Hop, pass: Pass | undefined): AttemptRecord {
  try {
    checkBounds(context, model);
    return startAttempt(context, model, hop, pass);
  } catch (error) {
    pass?.end();
    throw error;
  }
}
