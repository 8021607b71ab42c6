import type { QuotaDesk } from "../../contracts/ports/index.ts";
import { type Bound, RequestBound } from "./bounds.ts";
import type { Budget } from "./budget-options.ts";
import { type DeskAccount, openDeskAccount } from "./desk-account.ts";
import type { OwnLimit } from "./limit-for.ts";
import type { Owner } from "./owners.ts";
import { SharedBound } from "./shared-bound.ts";
import { createSharedWindows } from "./shared-windows.ts";

/** Owner of a request's account of a budget, and the limit that is configured for it. */
export interface Asked {
  readonly owner: Owner;
  readonly limit: OwnLimit;
}

/** Bounds of a request, and its reservations at the desk. */
export interface OpenedBounds {
  readonly bounds: readonly Bound[];
  readonly desk?: DeskAccount | undefined;
}

/** Budgets of a router as a desk keeps them, for this process and others. */
export interface SharedBudgets {
  /** Opens those of a request; `asked` has one entry a budget. */
  open(asked: readonly Asked[], now: () => number): OpenedBounds;
}

export function createSharedBudgets(desk: QuotaDesk, budgets: readonly Budget[]): SharedBudgets {
  const known = budgets.map((budget) => ({ budget, windows: createSharedWindows(budget, desk.limits) }));
  return {
    open(asked, now) {
      const bounds: Bound[] = [];
      const shared: SharedBound[] = [];
      for (const [at, { budget, windows }] of known.entries()) {
        const { owner, limit } = asked[at] as Asked;
        if (budget.periods === undefined) {
          bounds.push(new RequestBound(budget, owner, limit));
          continue;
        }
        const bound = new SharedBound(budget, { desk, windows, owner, limit, now });
        bounds.push(bound);
        shared.push(bound);
      }
      return { bounds, desk: shared.length === 0 ? undefined : openDeskAccount(desk, shared) };
    },
  };
}
