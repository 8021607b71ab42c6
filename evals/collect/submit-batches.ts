import { randomBytes } from "node:crypto";
import { type Batches, type BatchItem, type Model, ProviderError } from "../../src/contracts/index.ts";
import { wait } from "../../src/plugin/wait.ts";
import { backoffMs } from "../../src/router/call/index.ts";
import { itemKey, mostItemCostUsd } from "./batch-item.ts";
import type { OpenBatch } from "./call-book.ts";
import type { CollectionRun } from "./collection-run.ts";
import { failureOf } from "./failure-of.ts";
import type { Job } from "./job.ts";
import { batchBackoff, retried } from "./retried.ts";

/** Signal that never fires: a batch that arrives is paid for. */
const unending = () => ({ signal: new AbortController().signal });

export function openOf({ book }: CollectionRun, { name }: Model): readonly OpenBatch[] {
  return book.openBatches().filter(({ model }) => model === name);
}

/**
 * Clears up batches of a process that was killed while it submitted: only the provider knows if they arrived.
 */
export async function settleUnknown(run: CollectionRun, model: Model, batches: Batches): Promise<void> {
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

/** Submits the jobs that are due. Returns true if `maxCostUsd` had room for all of them. */
export async function submitDue(
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
    if (book.stateOf(key).state !== "due") continue;
    if ((await run.refusalOf(job)) !== undefined) continue;
    const usd = mostItemCostUsd(run, model, job, batches.priceShare) ?? 0;
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

/** Builds the body of a batch item; undefined, and recorded, if the request does not fit this model. */
async function bodyOf(
  run: CollectionRun,
  batches: Batches,
  { request, key }: Job,
): Promise<object | undefined> {
  const { messages, tools } = request;
  const { maxOutputTokens } = run.options;
  try {
    return await batches.bodyOf({
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

/** Submits a batch. The journal records it before the provider gets it, and its id before the wait for it. */
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
      // A batch without a reply may have arrived anyway.
      if (retryable && (await settle(run, model, batches, { key, at, items: items.length }))) return;
      if (!retryable) await run.record({ type: "batch-ended", key });
      if (!retryable || retry >= retries || run.halted !== undefined) throw error;
      await wait(backoffMs(retry, retryAfterMs, batchBackoff, random), run.signal);
    }
  }
}
