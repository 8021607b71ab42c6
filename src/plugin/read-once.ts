import { settleWithin } from "./settle-within.ts";

/**
 * Returns a function that reads within a time, in milliseconds. What hangs, such as a store that does not answer, is asked
 * once, and not again before it has answered. Rejects with its error, or when the time is up.
 */
export function readOnce<T>(read: () => T | Promise<T>, ms: number): () => Promise<T> {
  let asking: Promise<T> | undefined;
  const ask = async (): Promise<T> => read();
  return () => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return settleWithin(asking, { signal: undefined, ms });
  };
}
