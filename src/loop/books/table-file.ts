import { readState, type StateTable } from "../../plugin/index.ts";
import { exportedAs } from "../exported-as.ts";
import type { Guard } from "../guards/guard.ts";
import { longestValue } from "../rollout/rollout-record.ts";
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

const count = { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER, integer: true } as const;

/**
 * Returns a table as text; undefined if a store would not take it. What waits in this process for a partner is left out:
 * tables of several processes are put together without it.
 */
export function tableText(file: TableFile, guards: readonly Guard[]): string | undefined {
  const text = JSON.stringify({ ...file, table: mergeTables([file.table], guards) });
  return text.length <= longestValue ? text : undefined;
}

function tableFile(guards: readonly Guard[]): StateTable<TableFile> {
  return {
    formatVersion: { is: "choice", of: [1] },
    epoch: count,
    write: count,
    at: count,
    table: exportedAs((value) => isArmTable(value, guards)),
    shadow: exportedAs(isShadow),
  };
}

/** Reads a table; undefined for everything else, which counts as no evidence. */
export function readTable(text: string, guards: readonly Guard[]): TableFile | undefined {
  if (text.length > longestValue) return undefined;
  try {
    return readState("table", tableFile(guards), JSON.parse(text) as TableFile);
  } catch {
    return undefined;
  }
}
