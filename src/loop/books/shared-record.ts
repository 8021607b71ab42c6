import type { StoreWrite } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import type { StoreLink } from "../../fleet/inner.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { type RolloutRecord, readRecord, recordText } from "../rollout/rollout-record.ts";
import { hasLost } from "./lost-record.ts";
import { keptMs, type RolloutStore } from "./own-table.ts";
import type { BookProblem, RolloutBook } from "./rollout-book.ts";

export interface SharedRecordOptions {
  readonly store: RolloutStore;
  readonly link: StoreLink;
  readonly clock: Pick<Clock, "monotonic">;
  /** Record of a rollout that has not begun. */
  readonly first: RolloutRecord;
  /** Number of stages. */
  readonly stages: number;
  /** Called with the record of an epoch, or of a rollout, that this process has not seen. */
  readonly onOther: (record: RolloutRecord) => void;
}

/** The record of a rollout in a store, which all processes replace by compare-and-set. */
export interface SharedRecord {
  /** Last known record; undefined until the store has answered. */
  readonly value: RolloutRecord | undefined;
  /** Reason why this process does not take part. */
  readonly problem: BookProblem | undefined;
  refresh: RolloutBook["refresh"];
  change: RolloutBook["change"];
  /** Returns the record with other tables, and the write that makes it so. Undefined if it is not known. */
  withTables(tables: readonly string[]): RecordWrite | undefined;
  /** Takes a record that was written together with other keys. */
  take(next: RolloutRecord, version: string | undefined): void;
}

export interface RecordWrite {
  readonly next: RolloutRecord;
  readonly write: StoreWrite;
}

/** Number of times that a change is tried against those of others. */
export const mostTries = 8;
/** Time after which the store is asked for its time again, in milliseconds. */
const askTimeMs = 30_000;

export function sharedRecord(options: SharedRecordOptions): SharedRecord {
  const { store, link, clock, first, stages, onOther } = options;
  let record: RolloutRecord | undefined;
  let version: string | undefined;
  let problem: BookProblem | undefined;
  let askedTimeAt = Number.NEGATIVE_INFINITY;

  const writeOf = (next: RolloutRecord, expect: string): StoreWrite => ({
    key: store.key("record"),
    value: recordText(next),
    expect,
    ttlMs: keptMs,
  });

  const take = (next: RolloutRecord, nextVersion: string | undefined): void => {
    version = nextVersion;
    const isOther = next.epoch !== record?.epoch || next.generation !== record.generation;
    record = next;
    problem = problemOf(next, first);
    if (isOther) onOther(next);
  };

  const refresh = async (): Promise<void> => {
    if (clock.monotonic() - askedTimeAt > askTimeMs || !link.knowsTime) {
      askedTimeAt = clock.monotonic();
      link.check();
    }
    const found = await store.get(["record"]);
    if (found === undefined) return;
    const entry = found[0];
    if (entry === undefined) return void (await restore("none"));
    const read = readRecord(entry.value, first.id, stages);
    if (typeof read === "string") {
      problem = { because: "record", reason: `${read}; the last known stage holds` };
      return;
    }
    if (record !== undefined && hasLost(read, record)) await restore(entry.version, read);
    else take(read, entry.version);
  };

  /** Writes what this process knows, or the first record. Another process that was faster is right. */
  const restore = async (expect: string, lost?: RolloutRecord): Promise<void> => {
    const known = record ?? {
      ...first,
      generation: nodeCrypto().randomUUID(),
      since: Math.floor(link.now()),
    };
    const isAhead = lost !== undefined && lost.revision >= known.revision;
    // Those who follow the other one must see that this one is newer.
    const mine = isAhead ? { ...known, revision: lost.revision + 1, tables: lost.tables } : known;
    const done = await store.put([writeOf(mine, expect)]);
    if (done === undefined || "conflict" in done) return;
    take(mine, done.versions[0]);
  };

  return {
    get value() {
      return record;
    },
    get problem() {
      return problem;
    },
    refresh,
    async change(move) {
      for (let tries = 0; tries < mostTries; tries += 1) {
        await refresh();
        if (record === undefined || version === undefined || problem !== undefined || !link.isUp)
          return undefined;
        const next = move(record);
        if (next === record) return record;
        const done = await store.put([writeOf(next, version)]);
        if (done === undefined) return undefined;
        if ("conflict" in done) continue;
        take(next, done.versions[0]);
        return next;
      }
      return undefined;
    },
    withTables(tables) {
      if (record === undefined || version === undefined) return undefined;
      const next = { ...record, tables };
      return { next, write: writeOf(next, version) };
    },
    take,
  };
}

/** Returns the reason why this process must not take part; undefined if it may. */
function problemOf(record: RolloutRecord, first: RolloutRecord): BookProblem | undefined {
  if (record.saltHash !== first.saltHash)
    return {
      because: "salt-changed",
      reason: "the salt is not the one that the rollout began with: units would change their arm",
    };
  if (record.settingsHash !== first.settingsHash)
    return {
      because: "settings-changed",
      reason:
        "policies, stages, guards or confidence are not those that the rollout began with: give it another id",
    };
  return undefined;
}
