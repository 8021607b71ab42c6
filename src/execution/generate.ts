import type { Check, Completion } from "../contracts/index.ts";
import { mayBeBilled, startAttempt, toTypedError } from "./attempt-record.ts";
import { generateAgain } from "./call-directly.ts";
import { checkCompletion } from "./check-completion.ts";
import type { Execution } from "./context.ts";
import { createGuard } from "./guard.ts";
import { runCheck } from "./run-check.ts";
import { type Move, type PlannedCall, Walk } from "./walk.ts";

/** Walks through the plan until an answer stands. Rejects with what ended the request. */
export async function generate(execution: Execution): Promise<Completion> {
  const walk = new Walk(execution);
  let move = await walk.begin();
  while (move.call !== undefined) move = await generateOnce(execution, walk, move.call);
  return move.completion as Completion;
}

/** One call and its checks, and what follows. Throws the error that ends the request. */
export async function generateOnce(execution: Execution, walk: Walk, planned: PlannedCall): Promise<Move> {
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
    return walk.failed(planned, record, error);
  } finally {
    guard.release(false);
  }
  record.answer(completion);
  const accepts = async (one: Check): Promise<boolean> => {
    const verdict = await runCheck(execution, one, completion, (changes, hop) =>
      generateAgain(execution, planned.call.model, changes, hop.signal),
    );
    record.checked(verdict);
    return verdict.accepted;
  };
  for (const one of ports.options.degraded)
    if (!(await accepts(one))) return walk.answered(planned, record, completion, "degraded");
  const isRefused = check !== undefined && !(await accepts(check));
  return walk.answered(planned, record, completion, isRefused ? "refused" : "accepted");
}
