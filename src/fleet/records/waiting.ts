import type { NotGranted, QuotaLimit } from "../../contracts/index.ts";
import type { QuotaRefusal } from "../../contracts/ports/index.ts";
import { type Deadlines, stillMs } from "./deadlines.ts";

/** Stands for a wait that was over before its work. */
export const late: unique symbol = Symbol("late");

/** Resolves like `work`, which does not reject, or with `late` after `ms`, or twice that where this process stood still. */
export function within<T>(work: Promise<T>, ms: number): Promise<T | typeof late> {
  return new Promise((resolve) => {
    const waitMs = Math.max(0, ms);
    const dueAt = performance.now() + waitMs;
    let timer = setTimeout(() => {
      if (performance.now() - dueAt < stillMs) resolve(late);
      else timer = setTimeout(() => resolve(late), waitMs);
    }, waitMs);
    void work.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

/** The same for waits of one length, which share a timer. */
export function withinDeadline<T>(work: Promise<T>, deadlines: Deadlines): Promise<T | typeof late> {
  return new Promise((resolve) => {
    const deadline = deadlines.begin(() => resolve(late));
    void work.then((value) => {
      if (deadlines.end(deadline)) resolve(value);
    });
  });
}

/** The store could not be asked. */
export const storeRefusal: QuotaRefusal = { why: "store" };

/** Returns a refusal by the store, with the key as it was asked for. */
export function refusalOf(refusal: NotGranted, limit: QuotaLimit, now: number): QuotaRefusal {
  const { why, freeAt } = refusal;
  return { key: limit.key, why, waitMs: freeAt === undefined ? undefined : Math.max(0, freeAt - now) };
}
