import { rm } from "node:fs/promises";
import { dropPromises } from "../../src/plugin/index.ts";
import { onAbort } from "../../src/plugin/on-abort.ts";
import { callModel, scoreAnswers } from "./call-models.ts";
import { collectBatches } from "./collect-batches.ts";
import type { CollectEstimate } from "./collect-estimate.ts";
import { type CollectOptions, resolveCollectOptions } from "./collect-options.ts";
import { type Collection, writeCollection } from "./collection.ts";
import { type CollectionRun, createCollectionRun } from "./collection-run.ts";
import type { Job } from "./job.ts";
import { openJournal } from "./journal.ts";
import { lockFile } from "./lock-file.ts";
import { checkMoney, journalOf, knownCollection, planCollection, settingsEntry } from "./plan-collection.ts";

/**
 * Runs models over a dataset, scores and prices their answers, and writes an outcome file. The result of each
 * call goes at once into a journal next to the file: a run that was killed, interrupted, stopped by
 * `maxCostUsd` or left with failures is continued by the same call, and pays for no answer twice. The
 * exception are calls that were under way when a process was killed: their answers are lost.
 *
 * A failure that says something about the model (the request is too long, refused, not supported) is an
 * outcome of quality 0; any other failure is left out, and the next run repeats the call. The file is
 * replaced as a whole at the end of each run; the journal is deleted when nothing is missing.
 *
 * Throws `InvalidOptionError`, `OutcomeFormatError`, and the error of a call that cannot succeed: a wrong
 * key, a model that does not exist.
 */
export async function collect(given: CollectOptions): Promise<Collection> {
  const options = resolveCollectOptions(given);
  const { out, signal, restart } = options;
  const plan = await planCollection(options);
  const unlock = await lockFile(`${out}.lock`, "out");
  try {
    const path = journalOf(out);
    if (restart) await rm(path, { force: true });
    const known = await knownCollection(options, plan);
    const { book } = known;
    const repeated = book.giveUpUnderWay();
    checkMoney(options, known);
    dropPromises(options.onEstimate?.(known.estimate));
    const journal = await openJournal(path);
    const run = createCollectionRun({ options, book, journal, jobs: known.jobs });
    const interrupt = () => run.halt({ why: "interrupted" });
    if (signal?.aborted) interrupt();
    const endWatch = signal && !signal.aborted ? onAbort(signal, interrupt) : undefined;
    try {
      if (known.isNew) await run.record(settingsEntry(plan));
      await makeCalls(run, known.jobs);
    } finally {
      endWatch?.();
      await journal.close();
    }
    if (run.halted?.why === "error") throw run.halted.error;
    const collection = await writeCollection(run, plan.records, known, repeated);
    if (collection.complete) await rm(path, { force: true });
    return collection;
  } finally {
    await unlock();
  }
}

/** Estimates what `collect` would do and cost. Makes no call and writes nothing. */
export async function estimateCollect(given: CollectOptions): Promise<CollectEstimate> {
  const options = resolveCollectOptions(given);
  const plan = await planCollection(options);
  return (await knownCollection(options, plan)).estimate;
}

async function makeCalls(run: CollectionRun, jobs: readonly Job[]): Promise<void> {
  const { models, batch } = run.options;
  run.report();
  await Promise.all(
    [...models].map(async ([id, model]) => {
      const own = jobs.filter((job) => job.id === id);
      if (!batch) return callModel(run, model, own);
      await collectBatches(run, model, own);
      return scoreAnswers(run, own);
    }),
  );
  // Answers that had to wait for the one that they are compared with.
  if (run.options.baseline !== undefined) await scoreAnswers(run, jobs);
}
