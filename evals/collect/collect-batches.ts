import { randomBytes } from "node:crypto";
import {
  type Batches,
  type BatchItem,
  type BatchResult,
  isRouterError,
  type Model,
  ProviderError,
} from "../../src/contracts/index.ts";
import { backoffMs } from "../../src/execution/backoff.ts";
import { wait } from "../../src/execution/wait.ts";
import { answerOf } from "./answer-of.ts";
import type { OpenBatch } from "./call-book.ts";
import { mostCostUsd } from "./call-cost.ts";
import type { CollectionRun, Job } from "./collection-run.ts";
import { failureOf } from "./failure-of.ts";

/** First wait before a look at a batch, in milliseconds; each later one is half as long again. */
const firstPollMs = 2_000;
/** Looks in a row that may fail. */
const mostFailedLooks = 20;
const backoff = { backoffBaseMs: 1_000, backoffCapMs: 60_000 };
/** Results that are written to the journal together. */
const resultsAtOnce = 500;
/** Nothing ends these calls: a batch that arrives is paid for. */
const unending = () => ({ signal: new AbortController().signal });

/**
 * Makes the jobs of one model through its provider's batches: first those that earlier runs submitted, then
 * new ones. Resolves when all have ended, or when the run is halted; batches go on without us. Never
 * rejects: errors halt the run.
 */
export async function collectBatches(run: CollectionRun, model: Model, jobs: readonly Job[]): Promise<void> {
  const { batches } = model;
  if (batches === undefined) return;
  try {
    const tried = new Set<Job>();
    await settleUnknown(run, model, batches);
    while (run.halted === undefined) {
      // Models share what may be spent.
      const hasRoom = await run.alone(() => submitDue(run, model, batches, jobs, tried));
      const open = openOf(run, model);
      await Promise.all(open.map((batch) => finish(run, model, batches, batch, jobs)));
      if (open.length > 0) continue;
      if (hasRoom) return;
      // Batches of other models may turn out cheaper than they can be.
      if (run.book.openBatches().length === 0) run.halt({ why: "max-cost" });
      else await run.changed();
    }
  } catch (error) {
    if (!(run.signal.aborted && error === run.signal.reason)) run.halt({ why: "error", error });
  }
}

function openOf({ book }: CollectionRun, { name }: Model): readonly OpenBatch[] {
  return book.openBatches().filter(({ model }) => model === name);
}

/** A process that was killed while it submitted does not know whether the batch arrived: the provider does. */
async function settleUnknown(run: CollectionRun, model: Model, batches: Batches): Promise<void> {
  for (const { key, at, items, batch } of openOf(run, model)) {
    if (batch === undefined) await settle(run, model, batches, { key, at, items: items.length });
  }
}

async function settle(
  run: CollectionRun,
  model: Model,
  batches: Batches,
  wanted: { readonly key: string; readonly at: number; readonly items: number },
): Promise<boolean> {
  const known = new Set(run.book.openBatches().map(({ batch }) => batch));
  const found = (await retried(run, () => batches.find(wanted, unending()))).filter((id) => !known.has(id));
  const [id] = found;
  if (found.length > 1) {
    const summary = `one of the batches ${found.join(", ")} may be ours: cancel the others, or wait until they have ended, and run again`;
    throw new ProviderError({ kind: "conflict", model: model.name, summary });
  }
  await run.record(
    id === undefined
      ? { type: "batch-ended", key: wanted.key }
      : { type: "batch-submitted", key: wanted.key, batch: id },
  );
  return id !== undefined;
}

/** Submits the jobs that are due. Returns whether `maxCostUsd` had room for all of them. */
async function submitDue(
  run: CollectionRun,
  model: Model,
  batches: Batches,
  jobs: readonly Job[],
  tried: Set<Job>,
): Promise<boolean> {
  const { book, options } = run;
  const open = openOf(run, model).flatMap(({ items }) => items.map(itemKey));
  const waiting = new Set(open);
  let chunk: { readonly job: Job; readonly body: object }[] = [];
  let bytes = 0;
  let atMostUsd = 0;
  let hasRoom = true;
  const flush = async (): Promise<void> => {
    if (chunk.length > 0) await submit(run, model, batches, chunk, atMostUsd);
    chunk = [];
    bytes = 0;
    atMostUsd = 0;
  };
  for (const job of jobs) {
    if (run.halted !== undefined) break;
    const { key } = job;
    if (tried.has(job) || waiting.has(itemKey(key))) continue;
    if (book.isFinished(key) || book.stateOf(key).answer !== undefined) continue;
    if ((await run.refusalOf(job)) !== undefined) continue;
    const usd = mostOf(run, model, job, batches.priceShare) ?? 0;
    const { maxCostUsd = Number.POSITIVE_INFINITY } = options;
    if (book.committedUsd + atMostUsd + usd > maxCostUsd) {
      hasRoom = false;
      break;
    }
    tried.add(job);
    const body = await bodyOf(run, batches, job);
    if (body === undefined) continue;
    const size = Buffer.byteLength(JSON.stringify(body)) + 200;
    if (chunk.length >= batches.maxItems || bytes + size > batches.maxBytes) await flush();
    chunk.push({ job, body });
    bytes += size;
    atMostUsd += usd;
  }
  if (run.halted?.why !== "error") await flush();
  return hasRoom;
}

/** Undefined where the request is none for this model: that is recorded. */
async function bodyOf(
  run: CollectionRun,
  batches: Batches,
  { request, key }: Job,
): Promise<object | undefined> {
  const { messages, tools } = request;
  const { maxOutputTokens } = run.options;
  try {
    return batches.bodyOf({
      messages,
      ...(tools !== undefined && { tools }),
      ...(maxOutputTokens !== undefined && { max_completion_tokens: maxOutputTokens }),
    });
  } catch (error) {
    const failure = failureOf(error);
    if (failure.verdict !== "counts") throw error;
    run.countError(failure.error);
    await run.record({ type: "failed", ...key, error: failure.error, counts: true, costUsd: 0 });
    return undefined;
  }
}

/** The journal knows of a batch before the provider does, and its id before it is waited for. */
async function submit(
  run: CollectionRun,
  model: Model,
  batches: Batches,
  chunk: readonly { readonly job: Job; readonly body: object }[],
  atMostUsd: number,
): Promise<void> {
  const { clock, retries, random } = run.options;
  for (let retry = 0; ; retry += 1) {
    const key = randomBytes(8).toString("hex");
    const at = clock();
    const items = chunk.map(({ job }) => ({ id: job.key.id, repeat: job.key.repeat }));
    await run.record({ type: "batch-begun", key, model: model.name, at, items, atMostUsd });
    const named = chunk.map(({ body }, index): BatchItem => ({ id: `${key}-${index}`, body }));
    try {
      const batch = await batches.submit(named, { key }, unending());
      await run.record({ type: "batch-submitted", key, batch });
      return;
    } catch (error) {
      if (run.halted?.why === "error") throw error;
      const { retryable, retryAfterMs } = failureOf(error);
      // What did not get an answer may have arrived all the same.
      if (retryable && (await settle(run, model, batches, { key, at, items: items.length }))) return;
      if (!retryable) await run.record({ type: "batch-ended", key });
      if (!retryable || retry >= retries || run.halted !== undefined) throw error;
      await wait(backoffMs(retry, retryAfterMs, backoff, random), run.signal);
    }
  }
}

/** Waits for a batch and takes its results. */
async function finish(
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
    // Neither a later look nor a later run would find more in it, unless it has another key or a new quota.
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

/** The job of a result; undefined where it is none of this collection any more. */
function jobOf(
  { id }: BatchResult,
  { key, items, batch }: OpenBatch,
  byItem: ReadonlyMap<string, Job>,
  model: Model,
): Job | undefined {
  const index = id.startsWith(`${key}-`) ? Number(id.slice(key.length + 1)) : Number.NaN;
  const item = items[index];
  if (item !== undefined) return byItem.get(itemKey(item));
  const summary = `the batch ${batch} holds other requests than it was taken for: run again to submit ours`;
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
  // A look that broke off has taken some already.
  const { answer, failure } = run.book.stateOf(key);
  if (answer !== undefined || failure !== undefined) return;
  let error: unknown = failed;
  if (completion !== undefined) {
    try {
      const most = mostOf(run, model, job, priceShare);
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

/** The most that an item of a batch can cost; undefined where it is not known. */
function mostOf(
  { options }: CollectionRun,
  model: Model,
  { request, prepared }: Job,
  priceShare: number,
): number | undefined {
  const most = mostCostUsd(model, request, prepared.facts.images, options.maxOutputTokens);
  return most && most * priceShare;
}

async function retried<T>(run: CollectionRun, work: () => Promise<T>): Promise<T> {
  const { retries, random } = run.options;
  for (let retry = 0; ; retry += 1) {
    try {
      return await work();
    } catch (error) {
      if (run.signal.aborted || retry >= retries || !failureOf(error).retryable) throw error;
      await wait(backoffMs(retry, failureOf(error).retryAfterMs, backoff, random), run.signal);
    }
  }
}

function itemKey({ id, repeat }: { readonly id: string; readonly repeat: number }): string {
  return JSON.stringify([id, repeat]);
}
