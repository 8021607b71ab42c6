import type { HoldKeeper } from "./hold-keeper.ts";
import type { StoreLink } from "./store-link.ts";

/** Parts of a desk. */
export interface DeskParts {
  readonly link: StoreLink;
  readonly keeper: HoldKeeper;
  readonly monotonic: () => number;
  readonly namespace: string;
  readonly leaseShare: number;
  readonly timeoutMs: number;
  readonly down: "open" | "closed";
  /** Returns an id that no other hold of any process has. */
  readonly newId: () => string;
}
