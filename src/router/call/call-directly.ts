import {
  BudgetExceededError,
  type CallAnswer,
  type ChatRequest,
  type Completion,
  type Hop,
  LimitExceededError,
  type Model,
  NoEligibleModelError,
  ProviderError,
  type RequestFacts,
} from "../../contracts/index.ts";
import type { Call, Refusal } from "../../contracts/ports/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { dropPromises } from "../../plugin/index.ts";
import { reasonOfNone } from "../../plugin/reason-of-none.ts";
import { giveBack, notReserved } from "./admit-target.ts";
import type { AttemptRecord, ReadyCall } from "./attempt-record.ts";
import { callOf } from "./call-of.ts";
import { chatCall } from "./chat-call.ts";
import type { CallContext } from "./context.ts";
import { deadlineError, leftMs } from "./deadline.ts";
import { type CallKind, type Ended, runCall } from "./run-call.ts";
import { type Room, takeRoom } from "./take-room.ts";
import { inOrder, memberTarget, permitsNow, type Target, targetOf } from "./target.ts";

/**
 * Makes one call of a chat model without check, retry or fallback, for a classifier or a check. The caller
 * has evaluated the constraints; signal, deadline, money and limits are checked here.
 */
export function generateDirectly(context: CallContext, model: string, hop: Hop): Promise<Completion> {
  return makeDirectCall(context, model, hop, chatCall);
}

/** Sends the request once more, for a check, under the request's constraints and within its money. */
export async function generateAgain(
  context: CallContext,
  model: string,
  changes: Partial<ChatRequest> | undefined,
  signal: AbortSignal,
): Promise<Completion> {
  return generateDirectly({ ...changed(context, model, changes, "check"), signal }, model, "check");
}

/**
 * Sends the request with changes once more as a call that answers it. Returns the answer with the record of its call,
 * which the caller reports. `onBegin` is called when the call is about to be made.
 */
export async function callAgain(
  context: CallContext,
  model: string,
  changes: Partial<ChatRequest>,
  hop: Hop,
  onBegin: () => void,
): Promise<{ readonly completion: Completion; readonly record: AttemptRecord }> {
  const ended = await runDirectCall(changed(context, model, changes, hop), model, hop, chatCall, onBegin);
  if (!ended.failed) return { completion: ended.value, record: ended.record };
  ended.record.report(undefined);
  throw ended.error;
}

/** Returns the context of a changed request. Throws `NoEligibleModelError` if a constraint does not permit the call. */
function changed(
  context: CallContext,
  model: string,
  changes: Partial<ChatRequest> | undefined,
  hop: Hop,
): CallContext {
  const permitted = permitsModel(context, model, hop);
  if (permitted !== true) throw new NoEligibleModelError({ [model]: permitted });
  const chat = { ...context.chat, ...changes };
  // What was estimated of the request's text says nothing about a changed one.
  return { ...context, chat, facts: factsOfChanged(context, chat), native: undefined, textTokens: undefined };
}

/** Evaluates the constraints about a model; those of a pool are asked when its member is chosen. */
function permitsModel(context: CallContext, model: string, hop: Hop): true | string {
  if (context.poolOf?.(model) !== undefined) return true;
  const { clock } = context.ports;
  return context.permits(context.candidateOf(model, clock.monotonic()), hop, clock.wall());
}

/** Returns the facts with those by which a call is bounded: a check may ask for more than the request did. */
function factsOfChanged({ scope, facts, ports }: CallContext, chat: ChatRequest): RequestFacts {
  if (!scope.account.isBounded) return facts;
  return {
    ...facts,
    maxOutputTokens: chat.max_completion_tokens ?? chat.max_tokens ?? undefined,
    mostInputTokens: ports.pricing.mostInputTokens(chat),
  };
}

/** Makes one call of something that is not a chat model, bounded and recorded like a call of one. */
export async function callDirectly<T>(
  context: CallContext,
  model: string,
  hop: Hop,
  work: (signal: AbortSignal) => Promise<CallAnswer<T>>,
): Promise<T> {
  const kind: CallKind<CallAnswer<T>> = {
    // Async, so that work which throws at once has failed like any other.
    ask: async (_context, _ready, _record, guard) =>
      checkAnswer(await work(guard.abort.signal), context.modelOf(model)),
    settle: ({ inputTokens, servedModel }, record) => record.succeed({ inputTokens, model: servedModel }),
  };
  return (await makeDirectCall(context, model, hop, kind)).value;
}

/** Throws `ProviderError` unless the value is an answer: the work is a user's function. */
function checkAnswer<T>(answer: CallAnswer<T>, { name }: Model): CallAnswer<T> {
  if (typeof answer === "object" && answer !== null && "value" in answer) return answer;
  dropPromises(answer);
  throw new ProviderError({ kind: "incomplete", model: name, summary: "the answer has no value" });
}

async function makeDirectCall<T>(
  context: CallContext,
  model: string,
  hop: Hop,
  kind: CallKind<T>,
): Promise<T> {
  const ended = await runDirectCall(context, model, hop, kind);
  ended.record.report(undefined);
  if (ended.failed) throw ended.error;
  return ended.value;
}

/** Makes one call and leaves its record to be reported. Rejects if it cannot be made. */
async function runDirectCall<T>(
  context: CallContext,
  model: string,
  hop: Hop,
  kind: CallKind<T>,
  onBegin?: () => void,
): Promise<Ended<T>> {
  const admitted = admit(context, model, hop);
  // No pause unless it is needed, since constraints were evaluated just now.
  const ready = admitted instanceof Promise ? stillAlive(context, await admitted) : admitted;
  onBegin?.();
  return runCall(context, ready, kind);
}

/** A direct call, and what it goes to. */
interface DirectCall extends ReadyCall {
  readonly target: Target;
}

/** Returns the model, or the permitted member of a pool that has room first. Throws `NoEligibleModelError`. */
function directTarget(context: CallContext, id: string, hop: Hop): Target {
  const pool = context.poolOf?.(id);
  if (pool === undefined) return targetOf(context, id);
  const asked = pool.ask(hop, context.ports.clock.wall());
  const targets = inOrder(
    context,
    pool,
    asked.filter(({ permitted }) => permitted === true),
  ).map((one) => memberTarget(id, one));
  const isFree = (target: Target) =>
    context.ports.admission.ask(callOf(context, target, context.scope.id, hop), 0) === true;
  const found = targets.find(isFree) ?? targets[0];
  if (found === undefined) throw new NoEligibleModelError({ [id]: reasonOfNone(asked) });
  return found;
}

/**
 * Takes a call that no plan proposed through account and limits. Throws `BudgetExceededError` or
 * `LimitExceededError` if it cannot be made, since no other model can stand in. Synchronous if there is no
 * wait.
 */
function admit(context: CallContext, id: string, hop: Hop): ReadyCall | Promise<ReadyCall> {
  const { scope } = context;
  checkAlive(context);
  const target = directTarget(context, id, hop);
  const call = callOf(context, target, `${scope.id}/${hop}-${scope.numberCall()}`, hop);
  const fits = scope.account.fits(call);
  if (fits !== true) throw unpaid(context, id, fits);
  const reserved = scope.account.reserve(call);
  return reserved instanceof Promise
    ? reserved.then(
        (answer) => enterLater(context, target, call, answer),
        () => enter(context, target, call, notReserved),
      )
    : enter(context, target, call, reserved);
}

/** Enters after the wait for a store: the constraints may no longer permit the call. */
function enterLater(
  context: CallContext,
  target: Target,
  call: Call,
  reserved: true | Refusal,
): ReadyCall | Promise<ReadyCall> {
  if (reserved === true) {
    try {
      checkAlive(context);
      checkPermitted(context, target, call);
    } catch (error) {
      context.scope.account.release(call.attemptId);
      throw error;
    }
  }
  return enter(context, target, call, reserved);
}

function enter(
  context: CallContext,
  target: Target,
  call: Call,
  reserved: true | Refusal,
): ReadyCall | Promise<ReadyCall> {
  if (reserved !== true) throw unpaid(context, call.model, reserved);
  const { ports, scope } = context;
  const pass = ports.admission.enter(call, 0);
  if ("by" in pass) {
    scope.account.release(call.attemptId);
    throw new LimitExceededError({ [call.model]: pass.reason }, pass.waitMs);
  }
  const ready: DirectCall = { call, model: target.model, pass, target };
  const room = takeRoom(context, pass, ports.options.retryAfterCapMs);
  return room instanceof Promise ? afterWait(context, ready, room) : withRoom(context, ready, room);
}

async function afterWait(context: CallContext, ready: DirectCall, taking: Promise<Room>): Promise<ReadyCall> {
  let room: Room;
  try {
    room = await taking;
  } catch (error) {
    giveBack(context, ready);
    throw error;
  }
  return withRoom(context, ready, room);
}

function withRoom(context: CallContext, ready: DirectCall, room: Room): ReadyCall {
  try {
    if ("by" in room) throw new LimitExceededError({ [ready.call.model]: room.reason }, room.waitMs);
    if (!room.waited) return ready;
    checkPermitted(context, ready.target, ready.call);
    checkAlive(context);
    return ready;
  } catch (error) {
    giveBack(context, ready);
    throw error;
  }
}

/** Throws `NoEligibleModelError` if a constraint does not permit the call, for instance after a wait. */
function checkPermitted(context: CallContext, target: Target, { model: id, hop }: Call): void {
  const permitted = permitsNow(context, target, hop);
  if (permitted !== true) throw new NoEligibleModelError({ [id]: permitted });
}

/** Returns a call that has waited; gives everything back and throws if it may no longer be made. */
function stillAlive(context: CallContext, ready: ReadyCall): ReadyCall {
  try {
    checkAlive(context);
    return ready;
  } catch (error) {
    giveBack(context, ready);
    throw error;
  }
}

/** Throws if the caller has aborted or the deadline has passed. */
function checkAlive(context: CallContext): void {
  if (context.signal?.aborted) throw context.signal.reason;
  if (leftMs(context) <= 0) throw deadlineError(context.scope);
}

function unpaid({ scope }: CallContext, id: string, refusal: Refusal): BudgetExceededError {
  const bound = scope.account.reached(refusal);
  // A copy: a classifier or a check gets it while the request goes on.
  return new BudgetExceededError(bound, `${id}: ${refusal.reason}`, copyOf(scope.attempts));
}
