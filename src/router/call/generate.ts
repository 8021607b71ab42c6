import type { Check, Completion } from "../../contracts/index.ts";
import type { PlannedCall } from "./admit-target.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import { chatCall } from "./chat-call.ts";
import type { Execution } from "./context.ts";
import { generateAgain } from "./direct-call.ts";
import { noteIfCut } from "./output-limit.ts";
import type { OutputRead, OutputReading } from "./output-reading.ts";
import { repairOnce } from "./repair.ts";
import { type Ended, runCall } from "./run-call.ts";
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
    walk.confirm(move.call);
    const ended = await runCall(execution, move.call, chatCall);
    const judged = judgedOf(execution, move.call, ended);
    moving = follow(walk, judged instanceof Promise ? await judged : judged);
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
  return judgedOf(execution, planned, await runCall(execution, planned, chatCall));
}

/** Returns the outcome of a call that has ended: at once, unless its answer is validated or checked. */
function judgedOf(
  execution: Execution,
  planned: PlannedCall,
  ended: Ended<Completion>,
): Outcome | Promise<Outcome> {
  const { record } = ended;
  if (ended.failed) return { planned, record, error: ended.error };
  const hasChecks = planned.check !== undefined || execution.ports.options.degraded.length > 0;
  if (hasChecks || execution.output !== undefined) return checkedOf(execution, planned, record, ended.value);
  const isCut = noteIfCut(execution, planned.call, record, ended.value);
  return { planned, record, completion: ended.value, verdict: isCut ? "degraded" : "accepted" };
}

async function checkedOf(
  execution: Execution,
  planned: PlannedCall,
  first: AttemptRecord,
  answer: Completion,
): Promise<Outcome> {
  const { record, completion, isValid } = await validated(execution, planned, first, answer);
  // Where the plan has a check, the next model is its way on.
  if (!isValid)
    return { planned, record, completion, verdict: planned.check === undefined ? "degraded" : "refused" };
  // No other check has to look at an answer that is not whole.
  if (noteIfCut(execution, planned.call, record, completion))
    return { planned, record, completion, verdict: "degraded" };
  const hasChecks = planned.check !== undefined || execution.ports.options.degraded.length > 0;
  const verdict = hasChecks ? await judge(execution, planned, record, completion) : "accepted";
  return { planned, record, completion, verdict };
}

/** An answer that was read by the schema of its request, perhaps after a repair. */
interface Validated {
  readonly record: AttemptRecord;
  readonly completion: Completion;
  readonly isValid: boolean;
}

/** Validates an answer, if its request has a schema, and lets its model repair it if that is asked for. */
async function validated(
  execution: Execution,
  { call }: PlannedCall,
  record: AttemptRecord,
  completion: Completion,
): Promise<Validated> {
  const { output } = execution;
  if (output === undefined) return { record, completion, isValid: true };
  const read = await readOutput(execution, output, call.model, record, completion);
  if (read.accepted || !output.repair || execution.signal?.aborted)
    return { record, completion, isValid: read.accepted };
  const repaired = await repairOnce(execution, call.model, completion, read, record);
  if (repaired === undefined) return { record, completion, isValid: false };
  const again = await readOutput(execution, output, call.model, repaired.record, repaired.completion);
  return { ...repaired, isValid: again.accepted };
}

/** Runs the schema of a request on an answer, bounded and recorded like a check. */
export async function readOutput(
  execution: Execution,
  output: OutputReading,
  model: string,
  record: AttemptRecord,
  completion: Completion,
): Promise<OutputRead> {
  record.checked(
    await runCheck(execution, output.check, completion, (changes, hop) =>
      generateAgain(execution, model, changes, hop.signal),
    ),
  );
  return output.keep(completion);
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
