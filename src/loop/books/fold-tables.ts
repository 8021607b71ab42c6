import type { Guard } from "../guards/guard.ts";
import { mostTables, type RolloutRecord } from "../rollout/rollout-record.ts";
import { addShadow, noShadow } from "../rollout/shadow-watch.ts";
import { emptyTable, mergeTables } from "../units/arm-table.ts";
import type { TableFile } from "./table-file.ts";

/** A table in the store. */
export interface StoredTable {
  readonly name: string;
  readonly file: TableFile;
  readonly version: string;
}

/** Tables that become one. */
export interface Fold {
  /** Their sum, and the version of the one that it replaces: `none` if there is none. */
  readonly file: TableFile;
  readonly expect: string;
  /** Tables that are in it and go. */
  readonly gone: readonly StoredTable[];
  /** Names of the tables of the record from then on. */
  readonly tables: readonly string[];
}

/** Name of the table into which those of ended processes are folded. */
export const folded = "folded";
const dayMs = 86_400_000;
/** Age from which the table of a process that writes no more is folded into one, where there are many. */
const foldAfterMs = 3_600_000;
const fewTables = 8;
const manyTables = mostTables / 2;
/** Number of tables that are folded at once: a store writes 16 keys at once. */
const mostFolded = 12;

/**
 * Folds tables of ended processes into one, so that their number stays small. `own` is the name of this process's. Undefined
 * if there is none to fold.
 */
export function foldTables(
  files: readonly StoredTable[],
  { record, own, now, guards, unread }: FoldFacts,
): Fold | undefined {
  const leastAge = files.length > fewTables ? foldAfterMs : dayMs;
  // Names without a table that can be read would in the end leave no place for those of new processes.
  const isCrowded = record.tables.length > manyTables;
  const lost = isCrowded ? unread.filter((name) => name !== own) : [];
  const gone = files
    .filter(({ name, file }) => name !== own && name !== folded && now - file.at > leastAge)
    .slice(0, mostFolded);
  if (gone.length === 0 && lost.length === 0) return undefined;
  const target = files.find(({ name }) => name === folded);
  const parts = [...(target === undefined ? [] : [target]), ...gone].map(({ file }) => file);
  const left = record.tables.filter(
    (name) => !gone.some((one) => one.name === name) && !lost.includes(name) && name !== folded,
  );
  return {
    file: {
      formatVersion: 1,
      epoch: record.epoch,
      write: (target?.file.write ?? 0) + 1,
      at: Math.floor(now),
      table:
        parts.length === 0
          ? emptyTable(guards)
          : mergeTables(
              parts.map(({ table }) => table),
              guards,
            ),
      shadow: parts.reduce((sum, { shadow }) => addShadow(sum, shadow), noShadow),
    },
    expect: target?.version ?? "none",
    gone,
    tables: [...left, folded],
  };
}

export interface FoldFacts {
  readonly record: RolloutRecord;
  readonly own: string;
  /** Names of which the store had no table that can be read. */
  readonly unread: readonly string[];
  /** Milliseconds since the epoch on the store's clock. */
  readonly now: number;
  readonly guards: readonly Guard[];
}
