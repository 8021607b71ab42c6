import type { HopContext } from "../../src/contracts/index.ts";

/** Creates a hop without models: a classifier that calls one fails, and there is no classification. */
export function offlineHop(now: number, signal: AbortSignal): HopContext {
  return {
    signal,
    now,
    generate: () => Promise.reject(new Error("no model is called offline")),
    call: () => Promise.reject(new Error("no model is called offline")),
    permits: () => "no model is called offline",
  };
}
