import type { HopContext } from "../../src/contracts/index.ts";

/** A hop that leads to no model: a classifier that asks one fails, and is then absent. */
export function offlineHop(now: number, signal: AbortSignal): HopContext {
  return {
    signal,
    now,
    generate: () => Promise.reject(new Error("no model is called offline")),
    call: () => Promise.reject(new Error("no model is called offline")),
    permits: () => "no model is called offline",
  };
}
