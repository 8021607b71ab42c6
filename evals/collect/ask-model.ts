import { type Completion, ProviderError } from "../../src/contracts/index.ts";
import { wait } from "../../src/plugin/wait.ts";
import { withTimeLimit } from "../../src/plugin/with-time-limit.ts";
import { backoffMs, mayBeBilled, toTypedError } from "../../src/router/call/index.ts";
import { expectedCostUsd, mostCostUsd } from "../../src/router/cost/inner.ts";
import { answerOf } from "./answer-of.ts";
import { TIMEOUT } from "./call-state.ts";
import type { CollectionRun } from "./collection-run.ts";
import { type Failure, failureOf } from "./failure-of.ts";
import type { Job } from "./job.ts";
import type { CallAnswer } from "./journal-entry.ts";
import type { Pace } from "./pace.ts";

/** Backoff in milliseconds. A longer Retry-After is left to the next run. */
const backoff = { backoffBaseMs: 1_000, backoffCapMs: 60_000 };
const longestRetryAfterMs = 600_000;

/**
 * Calls the model until there is an answer, or no further try makes sense. `note` is called after an answer,
 * and with the failure that ended the tries. Returns undefined also if the call may not be made.
 */
export async function askModel(
  run: CollectionRun,
  job: Job,
  pace: Pace,
  note: (failure?: Failure) => void,
): Promise<CallAnswer | undefined> {
  const { retries, random } = run.options;
  for (let retry = 0; ; retry += 1) {
    const outcome = await tryOnce(run, job, pace, retry >= retries);
    if (outcome === undefined) return undefined;
    if ("answer" in outcome) {
      note();
      return outcome;
    }
    const { retryable, retryAfterMs = 0 } = outcome;
    const goesOn = retryable && retry < retries && retryAfterMs <= longestRetryAfterMs;
    if (!goesOn || run.halted !== undefined) {
      note(outcome);
      return undefined;
    }
    // Other calls share the limit, so they wait, too.
    if (retryAfterMs > 0) pace.pause(retryAfterMs);
    await pause(run, backoffMs(retry, retryAfterMs, backoff, random));
  }
}

/** Makes one call, in its turn, if it is permitted and fits the limit on money. */
async function tryOnce(
  run: CollectionRun,
  job: Job,
  pace: Pace,
  isLast: boolean,
): Promise<CallAnswer | Failure | undefined> {
  const { options } = run;
  const { model, key, request, prepared } = job;
  const { maxOutputTokens } = options;
  const expectedTokens = prepared.facts.inputTokens + prepared.facts.expectedOutputTokens;
  await pause(run, pace.enter(expectedTokens));
  for (let ms = pace.pauseMs(); ms > 0 && run.halted === undefined; ms = pace.pauseMs()) await pause(run, ms);
  if (run.halted !== undefined || (await run.refusalOf(job)) !== undefined) return undefined;
  const atMostUsd = mostCostUsd(model, request, prepared.facts.images, maxOutputTokens);
  const bound = atMostUsd === undefined ? {} : { atMostUsd };
  if (!(await run.begin({ type: "begun", ...key, ...bound }))) return undefined;
  const startedAt = options.monotonic();
  try {
    const completion = await callOnce(run, job);
    const latencyMs = Math.max(0, options.monotonic() - startedAt);
    const answer = answerOf(completion, model, { latencyMs });
    const { inputTokens, outputTokens } = answer;
    if (inputTokens !== undefined) pace.correct(inputTokens + (outputTokens ?? 0) - expectedTokens);
    await run.record({ type: "answered", ...key, ...answer, ...bound });
    return answer;
  } catch (thrown) {
    if (isBroken(run)) throw thrown;
    const error = toTypedError(thrown, model, { signal: undefined, chat: request });
    const failure = failureOf(error);
    const costUsd = mayBeBilled(error) ? expectedCostUsd(model, prepared.facts, maxOutputTokens) : 0;
    const counts = failure.verdict === "counts" || (isLast && isRepeatedTimeout(run, job, failure));
    await run.record({ type: "failed", ...key, error: failure.error, counts, costUsd, ...bound });
    if (failure.verdict === "fatal") run.halt({ why: "error", error });
    return failure;
  }
}

/** True if time-outs are to count as failures, and this call has had no answer in time before. */
function isRepeatedTimeout({ options, book }: CollectionRun, { key }: Job, { error }: Failure): boolean {
  if (!options.countTimeouts || error !== TIMEOUT) return false;
  const call = book.stateOf(key);
  return call.state === "due" && (call.timeouts ?? 0) > 0;
}

function callOnce({ options }: CollectionRun, { model, request }: Job): Promise<Completion> {
  const { timeoutMs, maxOutputTokens } = options;
  const { messages, tools } = request;
  const chat = {
    messages,
    ...(tools !== undefined && { tools }),
    ...(maxOutputTokens !== undefined && { max_completion_tokens: maxOutputTokens }),
  };
  // Without the run's signal: a call under way is paid for.
  return withTimeLimit((signal) => model.generate(chat, { signal }), {
    timeoutMs,
    signal: undefined,
    reason: () =>
      new ProviderError({
        kind: "timeout",
        model: model.name,
        summary: `no answer within timeoutMs of ${timeoutMs} ms`,
      }),
  });
}

/** True if the run cannot go on, for instance because the journal cannot be written. */
function isBroken({ halted }: CollectionRun): boolean {
  return halted?.why === "error";
}

/** Waits, unless the run is halted. */
async function pause(run: CollectionRun, ms: number): Promise<void> {
  await wait(ms, run.signal).catch(() => {});
}
