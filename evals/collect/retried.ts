import { wait } from "../../src/plugin/wait.ts";
import { backoffMs } from "../../src/router/call/index.ts";
import type { CollectionRun } from "./collection-run.ts";
import { failureOf } from "./failure-of.ts";

/** Backoff of calls about batches, in milliseconds. */
export const batchBackoff: { readonly backoffBaseMs: number; readonly backoffCapMs: number } = {
  backoffBaseMs: 1_000,
  backoffCapMs: 60_000,
};

/** Repeats work after failures that may pass, as often as the run's `retries` allow. */
export async function retried<T>(run: CollectionRun, work: () => Promise<T>): Promise<T> {
  const { retries, random } = run.options;
  for (let retry = 0; ; retry += 1) {
    try {
      return await work();
    } catch (error) {
      if (run.signal.aborted || retry >= retries || !failureOf(error).retryable) throw error;
      await wait(backoffMs(retry, failureOf(error).retryAfterMs, batchBackoff, random), run.signal);
    }
  }
}
