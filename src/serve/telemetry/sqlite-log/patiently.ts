import { isBusy } from "../../../plugin/open-sqlite.ts";
import { wait } from "../../../plugin/wait.ts";

/** Runs work, and again while other processes hold the file, for `ms` at most. This thread is free meanwhile. */
export async function patiently<T>(ms: number, work: () => T): Promise<T> {
  const until = performance.now() + ms;
  while (true) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
      await wait(5 + Math.random() * 15, undefined);
    }
  }
}
