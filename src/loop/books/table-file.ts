import type { Guard } from "../guards/guard.ts";
import { isCount, longestValue } from "../rollout/rollout-record.ts";
import type { ShadowStatus } from "../rollout/rollout-status.ts";
import { isShadow } from "../rollout/shadow-watch.ts";
import { type ArmTable, isArmTable, mergeTables } from "../units/arm-table.ts";

/** Table of one process as a store keeps it. */
export interface TableFile {
  readonly formatVersion: 1;
  readonly epoch: number;
  /** Number of the write, for people who look. */
  readonly write: number;
  /** Time of the write on the store's clock in milliseconds since the epoch. */
  readonly at: number;
  readonly table: ArmTable;
  readonly shadow: ShadowStatus;
}

/**
 * Returns a table as text; undefined if a store would not take it. What waits in this process for a partner is left out:
 * tables of several processes are put together without it.
 */
export function tableText(file: TableFile, guards: readonly Guard[]): string | undefined {
  const text = JSON.stringify({ ...file, table: mergeTables([file.table], guards) });
  return text.length <= longestValue ? text : undefined;
}

/** Reads a table; undefined for everything else, which counts as no evidence. */
export function readTable(text: string, guards: readonly Guard[]): TableFile | undefined {
  if (text.length > longestValue) return undefined;
  try {
    const one = JSON.parse(text) as Partial<TableFile> | null;
    const isFit =
      one?.formatVersion === 1 &&
      isCount(one.epoch) &&
      isCount(one.write) &&
      isCount(one.at) &&
      isArmTable(one.table, guards) &&
      isShadow(one.shadow);
    return isFit ? (one as TableFile) : undefined;
  } catch {
    return undefined;
  }
}
