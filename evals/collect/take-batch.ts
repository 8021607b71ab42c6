import {
  type Batches,
  type BatchResult,
  isRouterError,
  type Model,
  ProviderError,
} from "../../src/contracts/index.ts";
import { wait } from "../../src/plugin/wait.ts";
import { answerOf } from "./answer-of.ts";
import { itemKey, mostItemCostUsd } from "./batch-item.ts";
import type { OpenBatch } from "./call-book.ts";
import type { CollectionRun } from "./collection-run.ts";
import { failureOf } from "./failure-of.ts";
import type { Job } from "./job.ts";
import { retried } from "./retried.ts";

/** Wait before the first poll of a batch, in milliseconds; each later one is half as long again. */
const firstPollMs = 2_000;
/** Number of polls in a row that may fail. */
const mostFailedLooks = 20;
/** Number of results that are written to the journal together. */
const resultsAtOnce = 500;

/** Waits for a batch and records its results. */
export async function takeBatch(
  run: CollectionRun,
  model: Model,
  batches: Batches,
  open: OpenBatch,
  jobs: readonly Job[],
): Promise<void> {
  const { batch } = open;
  if (batch === undefined) return;
  await ended(run, batches, open, batch);
  const byItem = new Map(jobs.map((job) => [itemKey(job.key), job]));
  const failed = new Map<string, string>();
  try {
    await retried(run, async () => {
      let pending: Promise<void>[] = [];
      for await (const result of batches.results(batch, { signal: run.signal })) {
        const job = jobOf(result, open, byItem, model);
        if (job === undefined) continue;
        pending.push(take(run, model, batches, job, result, failed));
        if (pending.length >= resultsAtOnce) {
          await Promise.all(pending);
          pending = [];
        }
      }
      await Promise.all(pending);
    });
  } catch (error) {
    // Neither a later poll nor a later run would find more in it, unless it has another key or a new
    // quota.
    const { verdict, error: kind } = failureOf(error);
    const isOver = kind === "not-found" || verdict !== "fatal";
    if (isRouterError(error, "provider") && !error.retryable && isOver)
      await run.record({ type: "batch-ended", key: open.key });
    throw error;
  }
  for (const kind of failed.values()) run.countError(kind);
  await run.record({ type: "batch-ended", key: open.key });
  run.report();
}

async function ended(run: CollectionRun, batches: Batches, open: OpenBatch, batch: string): Promise<void> {
  const { batchPollMs } = run.options;
  let delayMs = Math.min(firstPollMs, batchPollMs);
  let failures = 0;
  for (;;) {
    try {
      const status = await batches.status(batch, { signal: run.signal });
      failures = 0;
      if (status.ended) return;
      run.report([{ model: open.model, batch, done: status.done, items: open.items.length }]);
    } catch (error) {
      failures += 1;
      if (!failureOf(error).retryable || failures >= mostFailedLooks) throw error;
    }
    await wait(delayMs, run.signal);
    delayMs = Math.min(batchPollMs, delayMs * 1.5);
  }
}

/** Finds the job of a result; undefined if it no longer belongs to this collection. */
function jobOf(
  { id }: BatchResult,
  { key, items, batch }: OpenBatch,
  byItem: ReadonlyMap<string, Job>,
  model: Model,
): Job | undefined {
  const index = id.startsWith(`${key}-`) ? Number(id.slice(key.length + 1)) : Number.NaN;
  const item = items[index];
  if (item !== undefined) return byItem.get(itemKey(item));
  const summary = `the batch ${batch} has other requests than expected: run again to submit the right ones`;
  throw new ProviderError({ kind: "conflict", model: model.name, summary, retryable: false });
}

async function take(
  run: CollectionRun,
  model: Model,
  { priceShare }: Batches,
  job: Job,
  { completion, error: failed }: BatchResult,
  failures: Map<string, string>,
): Promise<void> {
  const { key } = job;
  // A poll that broke off has recorded some already.
  if (run.book.stateOf(key).state !== "due") return;
  let error: unknown = failed;
  if (completion !== undefined) {
    try {
      const most = mostItemCostUsd(run, model, job, priceShare);
      const bound = most === undefined ? {} : { atMostUsd: most };
      await run.record({
        type: "answered",
        ...key,
        ...answerOf(completion, model, { priceShare }),
        ...bound,
      });
      return;
    } catch (thrown) {
      if (!isRouterError(thrown, "provider")) throw thrown;
      error = thrown;
    }
  }
  const { error: kind, verdict } = failureOf(error);
  failures.set(itemKey(key), kind);
  await run.record({ type: "failed", ...key, error: kind, counts: verdict === "counts", costUsd: 0 });
}
