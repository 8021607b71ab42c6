import type { Model } from "../../src/contracts/index.ts";
import type { CollectionRun } from "./collection-run.ts";
import type { Job } from "./job.ts";
import { openOf, settleUnknown, submitDue } from "./submit-batches.ts";
import { takeBatch } from "./take-batch.ts";

/**
 * Makes the calls of one model through its provider's batches: first those that earlier runs submitted, then
 * new ones. Resolves when all have ended, or when the run is halted; batches continue at the provider. Never
 * rejects: errors halt the run.
 */
export async function collectBatches(run: CollectionRun, model: Model, jobs: readonly Job[]): Promise<void> {
  const { batches } = model;
  if (batches === undefined) return;
  try {
    const tried = new Set<Job>();
    await settleUnknown(run, model, batches);
    while (run.halted === undefined) {
      // Models share the limit on money.
      const hasRoom = await run.alone(() => submitDue(run, model, batches, jobs, tried));
      const open = openOf(run, model);
      await Promise.all(open.map((batch) => takeBatch(run, model, batches, batch, jobs)));
      if (open.length > 0) continue;
      if (hasRoom) return;
      // Batches of other models may turn out cheaper than their upper bound.
      if (run.book.openBatches().length === 0) run.halt({ why: "max-cost" });
      else await run.changed();
    }
  } catch (error) {
    if (!(run.signal.aborted && error === run.signal.reason)) run.halt({ why: "error", error });
  }
}
