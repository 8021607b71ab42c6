import {
  BudgetExceededError,
  type CallAnswer,
  type ChatRequest,
  type Completion,
  type Hop,
  LimitExceededError,
  NoEligibleModelError,
  type Refusal,
} from "../contracts/index.ts";
import {
  type AttemptRecord,
  mayBeBilled,
  type ReadyCall,
  startAttempt,
  toTypedError,
} from "./attempt-record.ts";
import { callOf } from "./call-of.ts";
import { checkCompletion } from "./check-completion.ts";
import type { CallContext } from "./context.ts";
import { deadlineError, leftMs } from "./deadline.ts";
import { createGuard } from "./guard.ts";
import { takeRoom } from "./take-room.ts";

/**
 * One call of a chat model without check, retry or fallback: what a classifier or a check makes. The caller
 * has asked the constraints; signal, deadline, money and limits are looked at here.
 */
export function generateDirectly(context: CallContext, model: string, hop: Hop): Promise<Completion> {
  return callOnce(context, model, hop, async ({ ready, record, signal }) => {
    const options = { signal, onDropped: record.dropped, onRateLimit: ready.pass.onRateLimit };
    const completion = await ready.model.generate(context.chat, options);
    checkCompletion(completion, ready.model.name);
    return { value: completion, settle: () => record.answer(completion) };
  });
}

/** The request once more, for a check. The request's constraints and money hold here too. */
export async function generateAgain(
  context: CallContext,
  model: string,
  changes: Partial<ChatRequest> | undefined,
  signal: AbortSignal,
): Promise<Completion> {
  const permitted = context.permits(context.candidateOf(model), "check");
  if (permitted !== true) throw new NoEligibleModelError({ [model]: permitted });
  return generateDirectly({ ...context, signal, chat: { ...context.chat, ...changes } }, model, "check");
}

/** One call of what is not a chat model, bounded and recorded as a call of one is. */
export function callDirectly<T>(
  context: CallContext,
  model: string,
  hop: Hop,
  work: (signal: AbortSignal) => Promise<CallAnswer<T>>,
): Promise<T> {
  return callOnce(context, model, hop, async ({ record, signal }) => {
    const { value, inputTokens, servedModel } = await work(signal);
    return { value, settle: () => record.succeed({ inputTokens, model: servedModel }) };
  });
}

/** A direct call under way. */
interface DirectCall {
  readonly ready: ReadyCall;
  readonly record: AttemptRecord;
  readonly signal: AbortSignal;
}

async function callOnce<T>(
  context: CallContext,
  model: string,
  hop: Hop,
  work: (call: DirectCall) => Promise<{ readonly value: T; readonly settle: () => void }>,
): Promise<T> {
  const { ports, scope, signal } = context;
  const ready = await admit(context, model, hop);
  const record = startAttempt(context, ready);
  const bounds = { signal, clock: ports.clock, deadline: scope.deadline, attempts: scope.attempts };
  const guard = createGuard(bounds, ready.model.name);
  try {
    guard.limit(ports.options.attemptTimeoutMs, "no answer within attemptTimeoutMs");
    const { value, settle } = await guard.race(() => work({ ready, record, signal: guard.signal }));
    settle();
    return value;
  } catch (thrown) {
    const error = toTypedError(thrown, ready.model, signal);
    record.fail(error, mayBeBilled(error) ? "" : undefined);
    throw error;
  } finally {
    guard.release(false);
    ready.pass.end();
    record.report(undefined);
  }
}

/**
 * The way of a call that no plan has proposed through account and limits. No other model can stand in: throws
 * `BudgetExceededError` or `LimitExceededError` where it cannot be made.
 */
async function admit(context: CallContext, id: string, hop: Hop): Promise<ReadyCall> {
  const { ports, scope } = context;
  checkAlive(context);
  const attemptId = `${scope.id}/${hop}-${scope.numberCall()}`;
  const call = callOf(context, context.candidateOf(id), attemptId, hop);
  const fits = scope.account.fits(call);
  if (fits !== true) throw unpaid(context, id, fits);
  const reserving = scope.account.reserve(call);
  const reserved = reserving instanceof Promise ? await reserving : reserving;
  if (reserved !== true) throw unpaid(context, id, reserved);
  const pass = ports.admission.enter(call, 0);
  try {
    if ("by" in pass) throw new LimitExceededError({ [id]: pass.reason });
    const taking = takeRoom(context, pass, true);
    const room = taking instanceof Promise ? await taking : taking;
    if ("by" in room) throw new LimitExceededError({ [id]: room.reason });
    // What was permitted before the wait may not be any more.
    const permitted = room.waited ? context.permits(context.candidateOf(id), hop) : true;
    if (permitted !== true) throw new NoEligibleModelError({ [id]: permitted });
    checkAlive(context);
    return { call, model: context.modelOf(id), pass };
  } catch (error) {
    if (!("by" in pass)) pass.end();
    scope.account.release(attemptId);
    throw error;
  }
}

/** Throws when the caller has aborted or the deadline has passed. */
function checkAlive(context: CallContext): void {
  context.signal?.throwIfAborted();
  if (leftMs(context) <= 0) throw deadlineError(context.scope);
}

function unpaid({ scope }: CallContext, id: string, refusal: Refusal): BudgetExceededError {
  const { limitUsd, description } = scope.account.boundOf(refusal);
  return new BudgetExceededError(limitUsd, `${id} ${refusal.reason}`, scope.attempts, description);
}
