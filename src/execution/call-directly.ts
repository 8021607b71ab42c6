import {
  BudgetExceededError,
  type CallAnswer,
  type ChatRequest,
  type Completion,
  type Hop,
  LimitExceededError,
  NoEligibleModelError,
} from "../contracts/index.ts";
import type { Call, Refusal } from "../contracts/ports/index.ts";
import { giveBack } from "./admit-call.ts";
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
import { type Room, takeRoom } from "./take-room.ts";

/**
 * Makes one call of a chat model without check, retry or fallback, for a classifier or a check. The caller
 * has evaluated the constraints; signal, deadline, money and limits are checked here.
 */
export function generateDirectly(context: CallContext, model: string, hop: Hop): Promise<Completion> {
  return callOnce(context, model, hop, async ({ ready, record, signal }) => {
    const options = { signal, onDropped: record.dropped, onRateLimit: ready.pass.onRateLimit };
    const completion = await ready.model.generate(context.chat, options);
    checkCompletion(completion, ready.model.name);
    return { value: completion, settle: () => record.answer(completion) };
  });
}

/** Sends the request once more, for a check, under the request's constraints and within its money. */
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

/** Makes one call of something that is not a chat model, bounded and recorded like a call of one. */
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
  const admitted = admit(context, model, hop);
  // No `await` unless needed: nothing must happen between the constraints and the call.
  const ready = admitted instanceof Promise ? await admitted : admitted;
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
 * Takes a call that no plan proposed through account and limits. Throws `BudgetExceededError` or
 * `LimitExceededError` if it cannot be made, since no other model can stand in. Synchronous if there is no
 * wait.
 */
function admit(context: CallContext, id: string, hop: Hop): ReadyCall | Promise<ReadyCall> {
  const { scope } = context;
  checkAlive(context);
  const call = callOf(context, context.candidateOf(id), `${scope.id}/${hop}-${scope.numberCall()}`, hop);
  const fits = scope.account.fits(call);
  if (fits !== true) throw unpaid(context, id, fits);
  const reserved = scope.account.reserve(call);
  return reserved instanceof Promise
    ? reserved.then((answer) => enter(context, call, answer))
    : enter(context, call, reserved);
}

function enter(context: CallContext, call: Call, reserved: true | Refusal): ReadyCall | Promise<ReadyCall> {
  if (reserved !== true) throw unpaid(context, call.model, reserved);
  const { ports, scope } = context;
  const pass = ports.admission.enter(call, 0);
  if ("by" in pass) {
    scope.account.release(call.attemptId);
    throw new LimitExceededError({ [call.model]: pass.reason });
  }
  const ready: ReadyCall = { call, model: context.modelOf(call.model), pass };
  const room = takeRoom(context, pass, true);
  return room instanceof Promise ? afterWait(context, ready, room) : withRoom(context, ready, room);
}

async function afterWait(context: CallContext, ready: ReadyCall, taking: Promise<Room>): Promise<ReadyCall> {
  let room: Room;
  try {
    room = await taking;
  } catch (error) {
    giveBack(context, ready);
    throw error;
  }
  return withRoom(context, ready, room);
}

function withRoom(context: CallContext, ready: ReadyCall, room: Room): ReadyCall {
  const { model: id, hop } = ready.call;
  try {
    if ("by" in room) throw new LimitExceededError({ [id]: room.reason });
    if (!room.waited) return ready;
    // The constraints may no longer permit it after the wait.
    const permitted = context.permits(context.candidateOf(id), hop);
    if (permitted !== true) throw new NoEligibleModelError({ [id]: permitted });
    checkAlive(context);
    return ready;
  } catch (error) {
    giveBack(context, ready);
    throw error;
  }
}

/** Throws if the caller has aborted or the deadline has passed. */
function checkAlive(context: CallContext): void {
  context.signal?.throwIfAborted();
  if (leftMs(context) <= 0) throw deadlineError(context.scope);
}

function unpaid({ scope }: CallContext, id: string, refusal: Refusal): BudgetExceededError {
  const { limitUsd, description } = scope.account.boundOf(refusal);
  return new BudgetExceededError(limitUsd, `${id}: ${refusal.reason}`, scope.attempts, description);
}
