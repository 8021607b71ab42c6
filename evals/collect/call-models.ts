import { type Model, ProviderError } from "../../src/contracts/index.ts";
import { askModel } from "./ask-model.ts";
import { answerIn } from "./call-state.ts";
import type { CollectionRun } from "./collection-run.ts";
import type { Failure } from "./failure-of.ts";
import type { Job } from "./job.ts";
import { createPace } from "./pace.ts";
import { scoreAnswer } from "./score-answer.ts";
import { isCalledWrongly, isGivenUp, mostRefused, type Standing, standingAfter } from "./standing.ts";

/**
 * Makes the calls of one model, a few at a time, in the order of the jobs. Resolves when no job is left, or
 * when the run is halted and no call is under way. Never rejects: errors halt the run.
 */
export function callModel(run: CollectionRun, model: Model, jobs: readonly Job[]): Promise<void> {
  const { options, book } = run;
  const pace = createPace(options, options.monotonic);
  const answered = jobs.filter(({ key }) => answerIn(book.stateOf(key)) !== undefined).length;
  let standing: Standing = { failedInARow: 0, answered, refused: 0 };
  const note = (failure?: Failure): void => {
    standing = standingAfter(standing, failure);
    if (failure === undefined) return;
    run.countError(failure.error);
    if (isCalledWrongly(standing)) run.halt({ why: "error", error: calledWrongly(model) });
  };
  return workThrough(run, jobs, {
    goesOn: () => run.halted === undefined && !isGivenUp(standing),
    isDue: ({ key }) => !book.isFinished(key),
    async work(job) {
      const answer = answerIn(book.stateOf(job.key)) ?? (await askModel(run, job, pace, note));
      if (answer !== undefined) await scoreAnswer(run, job, answer);
    },
  });
}

/**
 * Scores the answers that are present. A run that is halted because its next call would be too expensive
 * still scores, as far as its judges can be paid. Never rejects.
 */
export function scoreAnswers(run: CollectionRun, jobs: readonly Job[]): Promise<void> {
  const { options, book } = run;
  const { maxCostUsd = Number.POSITIVE_INFINITY } = options;
  return workThrough(run, jobs, {
    goesOn: () =>
      run.halted === undefined || (run.halted.why === "max-cost" && book.committedUsd <= maxCostUsd),
    isDue: ({ key }) => !book.isFinished(key) && answerIn(book.stateOf(key)) !== undefined,
    async work(job) {
      const answer = answerIn(book.stateOf(job.key));
      if (answer !== undefined) await scoreAnswer(run, job, answer);
    },
  });
}

interface Work {
  /** Checked before each job. */
  readonly goesOn: () => boolean;
  readonly isDue: (job: Job) => boolean;
  readonly work: (job: Job) => Promise<void>;
}

/** Works through jobs in their order, `concurrency` at a time. An error halts the run. */
async function workThrough(
  run: CollectionRun,
  jobs: readonly Job[],
  { goesOn, isDue, work }: Work,
): Promise<void> {
  const left = jobs.values();
  const worker = async (): Promise<void> => {
    while (goesOn()) {
      const { value: job, done } = left.next();
      if (done) return;
      if (!isDue(job)) continue;
      try {
        await work(job);
      } catch (error) {
        run.halt({ why: "error", error });
      }
      run.report();
    }
  };
  await Promise.all(Array.from({ length: Math.min(run.options.concurrency, jobs.length) }, worker));
}

function calledWrongly({ name }: Model): ProviderError {
  const summary = `its first ${mostRefused} requests were refused as invalid: look at its defaults`;
  return new ProviderError({ kind: "invalid-request", model: name, summary });
}
