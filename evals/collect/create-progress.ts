import type { CallBook } from "./call-book.ts";
import type { Job } from "./job.ts";
import type { CollectProgress } from "./progress.ts";

/** Starts the measurement of a run that begins now. Returns a function that computes its progress. */
export function createProgress(
  jobs: readonly Job[],
  book: CallBook,
  clock: () => number,
): (errors: CollectProgress["errors"], batches: CollectProgress["batches"]) => CollectProgress {
  const startedAt = clock();
  const doneBefore = jobs.filter(({ key }) => book.isFinished(key)).length;
  // The book also knows calls that are no longer among the jobs.
  const finishedBefore = book.finished;
  return (errors, batches) => {
    const elapsedMs = Math.max(0, clock() - startedAt);
    const doneNow = book.finished - finishedBefore;
    const done = doneBefore + doneNow;
    const perMinute = elapsedMs === 0 ? 0 : (doneNow / elapsedMs) * 60_000;
    return {
      done,
      total: jobs.length,
      errors: { ...errors },
      paidUsd: book.spending.paidUsd,
      unpriced: book.spending.unpriced,
      elapsedMs,
      perMinute,
      ...(perMinute > 0 && { leftMs: ((jobs.length - done) / perMinute) * 60_000 }),
      ...(batches !== undefined && { batches }),
    };
  };
}
