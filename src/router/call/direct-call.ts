import {
  type CallAnswer,
  type ChatRequest,
  type Completion,
  type Hop,
  type Model,
  ProviderError,
  type RequestFacts,
} from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";
import type { PlannedCall } from "./admit-target.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import { chatCall } from "./chat-call.ts";
import type { CallContext } from "./context.ts";
import { type CallKind, runCall } from "./run-call.ts";
import { Walk } from "./walk.ts";

/** A plan of one call, for what is not an answer of the plan itself. */
export type DirectPlan = Pick<CallContext, "plan" | "fallbacks" | "direct" | "called">;

const none: readonly never[] = [];

/** Returns the plan of one call that nothing follows: no retry, no fallback, no hedge. */
export function directPlan(model: string, direct: Hop): DirectPlan {
  return { plan: [{ model }], fallbacks: none, direct, called: undefined };
}

/** Makes the call of a direct plan of a classifier, a check or a shadow. Rejects with its error, or that of its refusal. */
export async function callDirectly<T>(context: CallContext, kind: CallKind<T>): Promise<T> {
  const { value, record } = await makeCall(context, kind);
  record.report(undefined);
  return value;
}

/** Sends the request once more, for a check, under the request's constraints and within its money. */
export async function generateAgain(
  context: CallContext,
  model: string,
  changes: Partial<ChatRequest> | undefined,
  signal: AbortSignal,
): Promise<Completion> {
  return callDirectly({ ...changed(context, model, changes, "check"), signal }, chatCall);
}

/**
 * Sends the request with changes once more as a call that answers it. Returns the answer with the record of its call,
 * which the caller reports. `onBegin` is called when the call is about to be made.
 */
export async function repairBy(
  context: CallContext,
  model: string,
  changes: Partial<ChatRequest>,
  onBegin: () => void,
): Promise<{ readonly completion: Completion; readonly record: AttemptRecord }> {
  const { value, record } = await makeCall(changed(context, model, changes, "repair"), chatCall, onBegin);
  return { completion: value, record };
}

/** Returns the context of a changed request. */
function changed(
  context: CallContext,
  model: string,
  changes: Partial<ChatRequest> | undefined,
  hop: Hop,
): CallContext {
  const chat = { ...context.chat, ...changes };
  const facts = factsOfChanged(context, chat);
  // What was estimated of the request's text says nothing about a changed one.
  return { ...context, ...directPlan(model, hop), chat, facts, native: undefined, textTokens: undefined };
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

/** Makes the call of a direct plan, and leaves its record to be reported. */
async function makeCall<T>(
  context: CallContext,
  kind: CallKind<T>,
  onBegin?: () => void,
): Promise<{ readonly value: T; readonly record: AttemptRecord }> {
  const walk = new Walk(context);
  const moving = walk.begin();
  // No pause unless it is needed: nothing must happen between the constraints and the call.
  const move = moving instanceof Promise ? await moving : moving;
  const planned = move.call as PlannedCall;
  walk.confirm(planned);
  onBegin?.();
  const ended = await runCall(context, planned, kind);
  if (!ended.failed) return ended;
  walk.failed(planned, ended.record, ended.error);
  throw ended.error;
}

/** Returns a call of something that is not a chat model, bounded and recorded like a call of one. */
export function callOfWork<T>(
  work: (signal: AbortSignal) => Promise<CallAnswer<T>>,
): CallKind<CallAnswer<T>> {
  return {
    // Async, so that work which throws at once has failed like any other.
    ask: async (_context, { model }, _record, guard) => checkAnswer(await work(guard.abort.signal), model),
    settle: (answer, record) => {
      const { inputTokens, servedModel } = answer;
      record.succeed({ inputTokens, model: servedModel });
      return answer;
    },
  };
}

/** Throws `ProviderError` unless the value is an answer: the work is a user's function. */
function checkAnswer<T>(answer: CallAnswer<T>, { name }: Model): CallAnswer<T> {
  if (typeof answer === "object" && answer !== null && "value" in answer) return answer;
  dropPromises(answer);
  throw new ProviderError({ kind: "incomplete", model: name, summary: "the answer has no value" });
}
