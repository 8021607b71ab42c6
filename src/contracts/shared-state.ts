import type { Store } from "./store.ts";

/** State that a router shares with other processes through a store. */
export interface SharedState {
  readonly store: Store;
  /** Name before all keys: routers with the same name share budgets, rates and sessions. Default `router`. */
  readonly namespace?: string | undefined;
  /**
   * `leased`: a process reserves for many calls at once and asks the store about once in a hundred requests. It never
   * overshoots, but what it holds is refused to others. `strict`: a reservation before each call, and its settlement
   * after the answer. Default `leased`.
   */
  readonly mode?: "leased" | "strict" | undefined;
  /** Largest part of a limit that a process leases at once, in (0, 1]. Default 0.01. */
  readonly leaseShare?: number | undefined;
  /**
   * Longest time that a request waits for the store, in milliseconds. Default 20. Until the store has answered once it
   * is a second at least, since its client may still be connecting.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Rule while the store does not answer and the lease is used up: `open` lets calls through and counts them
   * when the store is back, `closed` refuses them. Default `closed`.
   */
  readonly down?: "open" | "closed" | undefined;
  /** Time for which a process trusts what it knows of a session, in milliseconds. Default 2,000. */
  readonly sessionTrustMs?: number | undefined;
}
