import type { Bound } from "./bounds.ts";
import type { OpenedBounds } from "./shared-budgets.ts";
import type { Tell } from "./tell.ts";

/** Bounds of one request. */
export interface AccountBounds {
  readonly maxCostUsd?: number | undefined;
  /** The most that each single call may cost. */
  readonly maxCallUsd?: number | undefined;
  /** Budgets that apply, if they are kept in this process. Default none. */
  readonly bounds?: readonly Bound[] | undefined;
  /** Opens budgets that a desk keeps, once what they need is loaded. Absent: all are kept in this process. */
  readonly open?: (() => OpenedBounds) | undefined;
  readonly tell?: (() => Tell) | undefined;
}
