import type { Check, Completion } from "../contracts/index.ts";
import type { PlannedCall } from "./admit-call.ts";
import { type AttemptRecord, mayBeBilled, startAttempt, toTypedError } from "./attempt-record.ts";
import { generateAgain } from "./call-directly.ts";
import { checkCompletion } from "./check-completion.ts";
import type { Execution } from "./context.ts";
import { createGuard } from "./guard.ts";
import { runCheck } from "./run-check.ts";
import { type Move, Walk } from "./walk.ts";

/** Follows the attempt plan to an answer. Rejects with the error that ends the request. */
export async function generate(execution: Execution): Promise<Completion> {
  const walk = new Walk(execution);
  let moving = walk.begin();
  for (;;) {
    // No `await` unless needed: nothing must happen between the constraints and the call.
    const move = moving instanceof Promise ? await moving : moving;
    if (move.call === undefined) return move.completion as Completion;
    moving = follow(walk, await callOnce(execution, move.call));
  }
}

/** Outcome of one call: an answer with the verdict of its checks, or a typed error. */
export type Outcome = { readonly planned: PlannedCall; readonly record: AttemptRecord } & (
  | { readonly completion: Completion; readonly verdict: "accepted" | "refused" | "degraded" }
  | { readonly completion?: undefined; readonly error: unknown }
);

/** Reports the outcome of a call to the plan. */
export function follow(walk: Walk, outcome: Outcome): Move | Promise<Move> {
  const { planned, record } = outcome;
  return outcome.completion === undefined
    ? walk.failed(planned, record, outcome.error)
    : walk.answered(planned, record, outcome.completion, outcome.verdict);
}

/** Makes one call without streaming and runs its checks. Never rejects because of the model. */
export async function callOnce(execution: Execution, planned: PlannedCall): Promise<Outcome> {
  const { ports, scope, chat, signal } = execution;
  const { model, pass, check } = planned;
  const record = startAttempt(execution, planned);
  const bounds = { signal, clock: ports.clock, deadline: scope.deadline, attempts: scope.attempts };
  const guard = createGuard(bounds, model.name);
  let completion: Completion;
  try {
    guard.limit(ports.options.attemptTimeoutMs, "no answer within attemptTimeoutMs");
    const options = { signal: guard.signal, onDropped: record.dropped, onRateLimit: pass.onRateLimit };
    completion = await guard.race(() => model.generate(chat, options));
    checkCompletion(completion, model.name);
  } catch (thrown) {
    const error = toTypedError(thrown, model, signal);
    record.fail(error, mayBeBilled(error) ? "" : undefined);
    return { planned, record, error };
  } finally {
    guard.release(false);
  }
  record.answer(completion);
  const verdict =
    check === undefined && ports.options.degraded.length === 0
      ? "accepted"
      : await judge(execution, planned, record, completion);
  return { planned, record, completion, verdict };
}

/** Returns the verdict of the checks: those for degraded answers first, then the plan's. */
async function judge(
  execution: Execution,
  { call, check }: PlannedCall,
  record: AttemptRecord,
  completion: Completion,
): Promise<"accepted" | "refused" | "degraded"> {
  const accepts = async (one: Check): Promise<boolean> => {
    const verdict = await runCheck(execution, one, completion, (changes, hop) =>
      generateAgain(execution, call.model, changes, hop.signal),
    );
    record.checked(verdict);
    return verdict.accepted;
  };
  for (const one of execution.ports.options.degraded) if (!(await accepts(one))) return "degraded";
  return check === undefined || (await accepts(check)) ? "accepted" : "refused";
}
