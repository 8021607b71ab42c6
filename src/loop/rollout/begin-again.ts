import type { Guard } from "../guards/guard.ts";
import type { ArmTable } from "../units/arm-table.ts";
import { type BegunPart, partOf } from "../units/begun-parts.ts";
import { evidenceOf } from "./judge.ts";
import { isLive } from "./rollout-moves.ts";
import type { RolloutRecord } from "./rollout-record.ts";

/** Pairs of units of a guard after which the next part of its bets begins. */
const pairsOfPart = 500;
/** Units of both arms after which that on the shares of the arms begins. */
const unitsOfPart = 1_000;

/**
 * Returns the record with the parts of the bets that begin by this evidence; the same one if none does. It has no new revision: no request
 * is routed otherwise. All processes begin a part when they follow the record.
 */
export function withParts(record: RolloutRecord, table: ArmTable, guards: readonly Guard[]): RolloutRecord {
  if (!isLive(record)) return record;
  const { begun } = record;
  const shares = nextPart(begun.shares, table.shares.more.count, unitsOfPart);
  const changed = guards.flatMap((guard) => {
    if (guard.begin === undefined) return [];
    const before = partOf(begun, guard);
    const next = nextPart(before, evidenceOf(table, guard).pairs, pairsOfPart);
    return next === before ? [] : [[guard.name, next]];
  });
  if (shares === begun.shares && changed.length === 0) return record;
  return { ...record, begun: { shares, guards: { ...begun.guards, ...Object.fromEntries(changed) } } };
}

function nextPart(before: BegunPart, count: number, of: number): BegunPart {
  // A guard of a user may tell any number, and no process could read a record with one that is too large.
  const held = Math.min(Number.MAX_SAFE_INTEGER, Math.floor(count));
  return held - before.count >= of ? { at: before.at + 1, count: held } : before;
}
