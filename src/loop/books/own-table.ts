import type { StoreEntry, StoreWrite } from "../../contracts/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import type { Guard } from "../guards/guard.ts";
import type { ShadowStatus } from "../rollout/rollout-status.ts";
import { addShadow, noShadow } from "../rollout/shadow-watch.ts";
import type { PutAnswer } from "../store-answers.ts";
import { type ArmTable, emptyTable } from "../units/arm-table.ts";
import type { Units } from "../units/units.ts";
import { type TableFile, tableText } from "./table-file.ts";

/** The store as parts of a rollout need it. Calls resolve with undefined if there is no answer. */
export interface RolloutStore {
  /** Returns the store's key of a name within the rollout. */
  key(name: string): string;
  get(names: readonly string[]): Promise<readonly (StoreEntry | undefined)[] | undefined>;
  put(writes: readonly StoreWrite[]): Promise<PutAnswer | undefined>;
  /** Milliseconds since the epoch on the store's clock. */
  now(): number;
}

/** Time for which a store keeps what is not written again, in milliseconds: 31 days. */
export const keptMs = 2_678_400_000;
/**
 * Age from which a table that has not changed is written again, in milliseconds: tables that are not written for an hour
 * are taken for those of ended processes.
 */
const renewMs = 1_200_000;

/**
 * The table of this process in a store: under a key of its own, which no other process writes. It ends with the process,
 * whose successor begins a new one, so that nothing counts twice.
 */
export class OwnTable {
  readonly #store: RolloutStore;
  readonly #units: Units;
  readonly #guards: readonly Guard[];
  name: string = newName();
  #epoch = 0;
  #shadow = noShadow;
  #inBothElsewhere = 0;
  /** Version in the store. Undefined: it is not there. */
  #version: string | undefined;
  #writes = 0;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #written: { readonly table: ArmTable; readonly shadow: ShadowStatus; readonly inBoth: number } | undefined;
  isTooLong = false;

  constructor(store: RolloutStore, units: Units, guards: readonly Guard[]) {
    this.#store = store;
    this.#units = units;
    this.#guards = guards;
  }

  get isThere(): boolean {
    return this.#version !== undefined;
  }

  get hasNews(): boolean {
    const { table, shadow, inBoth } = this.#written ?? {};
    const now = this.#units.table();
    if (this.#written === undefined)
      return now.units.control + now.units.candidate + this.#shadow.requests + this.#inBothElsewhere > 0;
    const isOld = this.isThere && this.#store.now() - this.#writtenAt > renewMs;
    return isOld || table !== now || shadow !== this.#shadow || inBoth !== this.#inBothElsewhere;
  }

  /** Table of this process with what is not written yet. */
  table(): ArmTable {
    const table = this.#units.table();
    return this.#inBothElsewhere === 0 ? table : { ...table, inBoth: table.inBoth + this.#inBothElsewhere };
  }

  addShadow(more: Partial<ShadowStatus>): void {
    this.#shadow = addShadow(this.#shadow, more);
  }

  /** Counts a unit that another process has seen in the other arm. */
  addInBoth(): void {
    this.#inBothElsewhere += 1;
  }

  /** Begins from nothing: evidence of an earlier epoch does not count. */
  begin(epoch: number): void {
    this.#epoch = epoch;
    this.#units.restoreState({ formatVersion: 1, table: emptyTable(this.#guards), open: [], fixed: [] });
    this.#beginTable();
  }

  /** Goes on under another name: what was written counts in another table. Units keep their state. */
  afterFold(): void {
    this.#units.restoreState({ ...this.#units.exportState(), table: emptyTable(this.#guards) });
    this.#beginTable();
  }

  #beginTable(): void {
    this.name = newName();
    this.#shadow = noShadow;
    this.#inBothElsewhere = 0;
    this.#version = undefined;
    this.#written = undefined;
  }

  /** Finds out what the store has: a write whose answer was lost may have arrived. False if it does not answer. */
  async sync(): Promise<boolean> {
    const found = await this.#store.get([`table/${this.name}`]);
    if (found === undefined) return false;
    const entry = found[0];
    // No other process writes it: what is there is an earlier state of this one.
    this.#version = entry?.version;
    return true;
  }

  /** Writes the table, with `beside` in the same call. Undefined: the store gave no answer, or cannot hold it. */
  async write(beside: readonly StoreWrite[] = []): Promise<PutAnswer | undefined> {
    this.#writes += 1;
    const content = { table: this.#units.table(), shadow: this.#shadow, inBoth: this.#inBothElsewhere };
    const file: TableFile = {
      formatVersion: 1,
      epoch: this.#epoch,
      write: this.#writes,
      at: Math.max(0, Math.floor(this.#store.now())),
      table: this.table(),
      shadow: this.#shadow,
    };
    const value = tableText(file, this.#guards);
    this.isTooLong = value === undefined;
    if (value === undefined) return undefined;
    const key = this.#store.key(`table/${this.name}`);
    const done = await this.#store.put([
      { key, value, expect: this.#version ?? "none", ttlMs: keptMs },
      ...beside,
    ]);
    if (done === undefined || "conflict" in done) return done;
    this.#version = done.versions[0];
    this.#written = content;
    this.#writtenAt = this.#store.now();
    return done;
  }
}

function newName(): string {
  return nodeCrypto().randomUUID().replaceAll("-", "").slice(0, 12);
}
