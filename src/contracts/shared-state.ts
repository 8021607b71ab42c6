import type { OpenShared, SharingRouter } from "./ports/shared-state.ts";
import type { Store } from "./store.ts";

/** State that a router shares with other processes: `fleet({ store })` of `switchpoint/fleet` makes it. */
export interface SharedState {
  readonly store: Store;
  /** Name before all keys: routers with the same name share budgets, rates and sessions. */
  readonly namespace: string;
  /** `leased`: a process reserves for many calls at once. `strict`: a reservation before each call. */
  readonly mode: "leased" | "strict";
  /** Longest time that a request waits for the store, in milliseconds. */
  readonly timeoutMs: number;
  /** Returns the key of a limit or record as the store knows it. */
  keyOf(key: string): string;
  /** Opens it for one router. What it needs begins to load at once. */
  open(router: SharingRouter): OpenShared;
}
