import { isRouterError, type Store, StoreError } from "../../contracts/index.ts";
import type { Amount } from "../../contracts/store.ts";

/** Longest time to wait for an answer of a store, in milliseconds: a person waits for it, and no request. */
const patienceMs = 5_000;
/** Last time of a `Date`. */
const lastTime = 8.64e15;

/**
 * Asks a store once, and returns what `read` makes of its answer. Rejects with `StoreError` if it fails, does not answer
 * in five seconds, or gives what cannot be read: that must not be shown as nothing spent.
 */
export async function askStore<T>(
  store: Store,
  ask: (store: Store) => Promise<unknown>,
  read: (answer: unknown) => T | undefined,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(failed(store, `did not answer within ${patienceMs / 1_000} seconds`)),
        patienceMs,
      );
    });
    const found = read(await Promise.race([ask(store), late]));
    if (found === undefined) throw failed(store, "gave an answer that cannot be read");
    return found;
  } catch (error) {
    throw isRouterError(error) ? error : failed(store, "cannot be used", error);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads the time of a `status()`; undefined if there is none. */
export function timeOf(answer: unknown): number | undefined {
  const { nowMs } = (answer ?? {}) as { readonly nowMs?: unknown };
  return typeof nowMs === "number" && nowMs >= 0 && nowMs <= lastTime ? nowMs : undefined;
}

/** Reads the state of one key; undefined if there is none. */
export function stateOf(answer: unknown): { readonly used: Amount; readonly open: Amount } | undefined {
  if (!Array.isArray(answer) || answer.length !== 1) return undefined;
  const { used, open } = (answer[0] ?? {}) as { readonly used?: unknown; readonly open?: unknown };
  return isAmount(used) && isAmount(open) ? { used, open } : undefined;
}

function isAmount(value: unknown): value is Amount {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function failed({ name }: Store, problem: string, cause?: unknown): StoreError {
  return new StoreError(name, "failed", problem, cause === undefined ? undefined : { cause });
}
