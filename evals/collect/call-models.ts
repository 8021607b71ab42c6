import { type Completion, type Model, ProviderError } from "../../src/contracts/index.ts";
import { expectedCostUsd, mostCostUsd } from "../../src/cost/call-cost.ts";
import { mayBeBilled, toTypedError } from "../../src/execution/attempt-record.ts";
import { backoffMs } from "../../src/execution/backoff.ts";
import { createGuard } from "../../src/execution/guard.ts";
import { wait } from "../../src/execution/wait.ts";
import { answerOf } from "./answer-of.ts";
import type { CollectionRun, Job } from "./collection-run.ts";
import { type Failure, failureOf } from "./failure-of.ts";
import type { CallAnswer } from "./journal-entry.ts";
import { createPace, type Pace } from "./pace.ts";

/** How a model does in this run. */
interface Standing {
  readonly pace: Pace;
  /** Calls that failed for good and say nothing about the model, since the last answer. */
  failedInARow: number;
  answered: number;
  /** Requests that it has refused as invalid. */
  refused: number;
}

/** After as many failures in a row a model is given up until the next run. */
const longestOutage = 10;
/** A model that refuses its first requests as invalid is not bad: it is called wrongly. */
const mostRefused = 5;
/** In milliseconds. A longer Retry-After is for the next run. */
const backoff = { backoffBaseMs: 1_000, backoffCapMs: 60_000 };
const longestRetryAfterMs = 600_000;

/**
 * Makes the jobs of one model, a few at a time, in their order. Resolves when none is left or the run is
 * halted and no call is under way. Never rejects: errors halt the run.
 */
export async function callModel(run: CollectionRun, jobs: readonly Job[]): Promise<void> {
  const { options, book } = run;
  const pace = createPace(options, options.clock);
  const answered = jobs.filter(({ key }) => book.stateOf(key).answer !== undefined).length;
  const standing: Standing = { pace, failedInARow: 0, answered, refused: 0 };
  let next = 0;
  const work = async (): Promise<void> => {
    while (run.halted === undefined && standing.failedInARow < longestOutage) {
      const job = jobs[next];
      next += 1;
      if (job === undefined) return;
      if (book.isFinished(job.key)) continue;
      try {
        const answer = book.stateOf(job.key).answer ?? (await ask(run, job, standing));
        if (answer !== undefined) await run.score(job, answer);
      } catch (error) {
        run.halt({ why: "error", error });
      }
      run.report();
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency, jobs.length) }, work));
}

/**
 * Scores the answers that are there. A run that has stopped before its next call for want of money still
 * does, as far as its judges can be paid. Never rejects.
 */
export async function scoreAnswers(run: CollectionRun, jobs: readonly Job[]): Promise<void> {
  const { concurrency, maxCostUsd = Number.POSITIVE_INFINITY } = run.options;
  const { book } = run;
  let next = 0;
  const work = async (): Promise<void> => {
    while (run.halted === undefined || (run.halted.why === "max-cost" && book.committedUsd <= maxCostUsd)) {
      const job = jobs[next];
      next += 1;
      if (job === undefined) return;
      const { answer } = book.stateOf(job.key);
      if (answer === undefined || book.isFinished(job.key)) continue;
      try {
        await run.score(job, answer);
      } catch (error) {
        run.halt({ why: "error", error });
      }
      run.report();
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, jobs.length) }, work));
}

/** Calls until there is an answer, or no further try makes sense. */
async function ask(run: CollectionRun, job: Job, standing: Standing): Promise<CallAnswer | undefined> {
  const { retries, random } = run.options;
  for (let retry = 0; ; retry += 1) {
    const outcome = await tryOnce(run, job, standing);
    if (outcome === undefined) return undefined;
    if ("answer" in outcome) {
      standing.failedInARow = 0;
      standing.answered += 1;
      return outcome;
    }
    const { retryable, retryAfterMs = 0 } = outcome;
    const goesOn = retryable && retry < retries && retryAfterMs <= longestRetryAfterMs;
    if (!goesOn || run.halted !== undefined) {
      settle(run, outcome, standing, job.model);
      return undefined;
    }
    // Whoever shares the limit waits, too.
    if (retryAfterMs > 0) standing.pace.pause(retryAfterMs);
    await pause(run, backoffMs(retry, retryAfterMs, backoff, random));
  }
}

function settle(run: CollectionRun, failure: Failure, standing: Standing, model: Model): void {
  run.countError(failure.error);
  if (failure.verdict === "later") standing.failedInARow += 1;
  if (failure.error === "invalid-request") standing.refused += 1;
  if (standing.answered === 0 && standing.refused >= mostRefused) {
    const summary = `its first ${mostRefused} requests were refused as invalid: look at its defaults`;
    run.halt({
      why: "error",
      error: new ProviderError({ kind: "invalid-request", model: model.name, summary }),
    });
  }
}

/** One call, in its turn, if it may be made and there is room for it. */
async function tryOnce(
  run: CollectionRun,
  job: Job,
  { pace }: Standing,
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
  const startedAt = options.clock();
  try {
    const completion = await callOnce(run, job);
    const latencyMs = Math.max(0, options.clock() - startedAt);
    const answer = answerOf(completion, model, { latencyMs });
    const { inputTokens, outputTokens } = answer;
    if (inputTokens !== undefined) pace.correct(inputTokens + (outputTokens ?? 0) - expectedTokens);
    await run.record({ type: "answered", ...key, ...answer, ...bound });
    return answer;
  } catch (thrown) {
    if (isBroken(run)) throw thrown;
    const error = toTypedError(thrown, model, undefined);
    const failure = failureOf(error);
    const costUsd = mayBeBilled(error) ? expectedCostUsd(model, prepared.facts, maxOutputTokens) : 0;
    const counts = failure.verdict === "counts";
    await run.record({ type: "failed", ...key, error: failure.error, counts, costUsd, ...bound });
    if (failure.verdict === "fatal") run.halt({ why: "error", error });
    return failure;
  }
}

async function callOnce(run: CollectionRun, { model, request }: Job): Promise<Completion> {
  const { timeoutMs, clock, maxOutputTokens } = run.options;
  const { messages, tools } = request;
  const chat = {
    messages,
    ...(tools !== undefined && { tools }),
    ...(maxOutputTokens !== undefined && { max_completion_tokens: maxOutputTokens }),
  };
  // Not by the run's signal: a call under way is paid for.
  const bounds = { signal: undefined, clock, deadlineAt: undefined, deadlineMs: undefined, attempts: [] };
  const guard = createGuard(bounds, model.name);
  try {
    guard.limit(timeoutMs, "no answer within timeoutMs");
    return await guard.race(() => model.generate(chat, { signal: guard.signal }));
  } finally {
    guard.release(false);
  }
}

/** The journal cannot be written, say. */
function isBroken({ halted }: CollectionRun): boolean {
  return halted?.why === "error";
}

/** Waits, unless the run is halted. */
async function pause(run: CollectionRun, ms: number): Promise<void> {
  await wait(ms, run.signal).catch(() => {});
}
