import { addTrial } from "../statistics/share-bets.ts";
import { type ArmTable, stateOf } from "./arm-table.ts";
import type { ComparedArm, FinishedRequest, Guard } from "./guards/guard.ts";

/** A unit was seen for the first time, or became one observation. */
export type UnitNews =
  | {
      readonly type: "seen";
      readonly unitHash: string;
      readonly arm: ComparedArm;
      /** True if both arms had equal shares: only then its arm says whether they have them. */
      readonly isEven: boolean;
    }
  | {
      readonly type: "fixed";
      readonly unitHash: string;
      readonly arm: ComparedArm;
      readonly requests: readonly FinishedRequest[];
    }
  /** Seen in the other arm than before, while no share made units change their arm. */
  | { readonly type: "in-both"; readonly unitHash: string };

/** Returns the table after news of a unit. */
export function withNews(table: ArmTable, news: UnitNews, guards: readonly Guard[]): ArmTable {
  switch (news.type) {
    case "in-both":
      return { ...table, inBoth: table.inBoth + 1 };
    case "seen":
      return {
        ...table,
        units: { ...table.units, [news.arm]: table.units[news.arm] + 1 },
        shares: news.isEven ? addTrial(table.shares, news.arm === "candidate", 0.5) : table.shares,
      };
    case "fixed":
      return {
        ...table,
        closed: { ...table.closed, [news.arm]: table.closed[news.arm] + 1 },
        guards: Object.fromEntries(
          guards.map((guard) => [guard.name, addUnit(table, guard, news.arm, news.requests)]),
        ),
      };
  }
}

function addUnit(
  table: ArmTable,
  guard: Guard,
  arm: ComparedArm,
  requests: readonly FinishedRequest[],
): unknown {
  const state = stateOf(table, guard);
  const value = guard.value(requests);
  return value === undefined || !Number.isFinite(value) ? state : guard.add(state, arm, value);
}
