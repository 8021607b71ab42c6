import type { StoreLink } from "../records/store-link.ts";
import type { HoldKeeper } from "./hold-keeper.ts";

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
