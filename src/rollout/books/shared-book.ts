import type { Store, StoreWrite } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { storeKey } from "../../state/shared/store-key.ts";
import { StoreLink } from "../../state/shared/store-link.ts";
import type { Guard } from "../guards/guard.ts";
import { mostTables, type RolloutRecord, readRecord, recordText } from "../stages/rollout-record.ts";
import { addShadow, noShadow } from "../stages/shadow-watch.ts";
import { readEntries, readPut } from "../store-answers.ts";
import { emptyTable, mergeTables } from "../units/arm-table.ts";
import { UnitClaims } from "../units/unit-claims.ts";
import type { Units } from "../units/units.ts";
import { type KeptFile, keptText, readKept, stageName } from "./kept-file.ts";
import { keptMs, OwnTable, type RolloutStore } from "./own-table.ts";
import type { BookEvidence, BookProblem, RolloutBook } from "./rollout-book.ts";
import { readTable, type TableFile } from "./table-file.ts";

export interface SharedBookOptions {
  readonly store: Store;
  readonly namespace: string;
  readonly first: RolloutRecord;
  /** Number of stages. */
  readonly stages: number;
  readonly guards: readonly Guard[];
  readonly units: Units;
  readonly clock: Pick<Clock, "wall" | "monotonic">;
  /** Period of judgements in milliseconds. */
  readonly judgeMs: number;
  /** Called when the store answers again. */
  readonly onBack: () => void;
}

const dayMs = 86_400_000;
/** Age from which the table of a process that writes no more is folded into one, where there are many. */
const foldAfterMs = 3_600_000;
const fewTables = 8;
/** Name of the table into which those of ended processes are folded. */
const folded = "folded";
/** Number of tables that are folded at once: a store writes 16 keys at once. */
const mostFolded = 12;
/** Number of times that a change is tried against those of others. */
const mostTries = 8;

/** Creates the book of a rollout that several processes share through a store. */
export function createSharedBook(options: SharedBookOptions): RolloutBook {
  const { store, namespace, first, stages, guards, units, clock, judgeMs, onBack } = options;
  const link = new StoreLink({ store, clock, onFailed: () => {}, onBack });
  const key = (name: string) => storeKey(namespace, `rollout/${first.id}/${name}`);
  let record: RolloutRecord | undefined;
  let version: string | undefined;
  let problem: BookProblem | undefined;
  let askedTimeAt = Number.NEGATIVE_INFINITY;

  const get = (names: readonly string[]) =>
    link.ask(
      ({ records }) => records.get(names.map(key)),
      (answer) => readEntries(answer, names.length),
    );
  const put = (writes: readonly StoreWrite[]) => link.ask(({ records }) => records.put(writes), readPut);
  const write = (
    name: string,
    value: string | undefined,
    expect: string,
    ttlMs: number = keptMs,
  ): StoreWrite => ({ key: key(name), value, expect, ttlMs });

  const part: RolloutStore = { now: () => link.now(), key, put, get };
  const own = new OwnTable(part, units, guards);
  const claims = new UnitClaims(part, units, () => own.addInBoth());

  const take = (next: RolloutRecord, nextVersion: string | undefined) => {
    version = nextVersion;
    const isOther = next.epoch !== record?.epoch || next.generation !== record.generation;
    record = next;
    problem = problemOf(next, first);
    if (!isOther) return;
    own.begin(next.epoch);
    claims.begin(next.epoch);
  };

  const refresh = async (): Promise<void> => {
    if (clock.monotonic() - askedTimeAt > 30_000 || !link.knowsTime) {
      askedTimeAt = clock.monotonic();
      link.check();
    }
    const found = await get(["record"]);
    if (found === undefined) return;
    const entry = found[0];
    if (entry === undefined) return void (await restore("none"));
    const read = readRecord(entry.value, first.id, stages);
    if (typeof read === "string") {
      problem = { because: "record", reason: `${read}; the last known stage holds` };
      return;
    }
    // A store that has lost its last second, or everything, may have lost a rollback; and a process that knew nothing
    // may have been the first to write.
    const isBehind = record !== undefined && read.revision < record.revision;
    if (isBehind) await restore(entry.version);
    else take(read, entry.version);
  };

  /** Writes what this process knows, or the first record. Another process that was faster is right. */
  const restore = async (expect: string): Promise<void> => {
    const mine = record ?? { ...first, generation: nodeCrypto().randomUUID(), since: Math.floor(link.now()) };
    const done = await put([write("record", recordText(mine), expect)]);
    if (done === undefined || "conflict" in done) return;
    take(mine, done.versions[0]);
  };

  const change: RolloutBook["change"] = async (move) => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      await refresh();
      if (record === undefined || version === undefined || problem !== undefined || !link.isUp)
        return undefined;
      const next = move(record);
      if (next === record) return record;
      const done = await put([write("record", recordText(next), version)]);
      if (done === undefined) return undefined;
      if ("conflict" in done) continue;
      take(next, done.versions[0]);
      return next;
    }
    return undefined;
  };

  /** Adds or removes names of tables in the record, together with other writes. */
  const withTables = (
    tables: readonly string[],
  ): { readonly next: RolloutRecord; readonly write: StoreWrite } | undefined => {
    if (record === undefined || version === undefined) return undefined;
    const next = { ...record, tables };
    return { next, write: write("record", recordText(next), version) };
  };

  /** Puts the table of this process into the store and its name into the record. */
  const register = async (): Promise<void> => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      await refresh();
      if (record === undefined || problem !== undefined || !(await own.sync()) || own.isThere) return;
      const isListed = record.tables.includes(own.name);
      if (!isListed && record.tables.length >= mostTables) return;
      const asked = isListed ? undefined : withTables([...record.tables, own.name]);
      const done = await own.write(asked === undefined ? [] : [asked.write]);
      if (done === undefined) return;
      if ("conflict" in done) continue;
      if (asked !== undefined) take(asked.next, done.versions[1]);
      return;
    }
  };

  /** Finds out if the table of this process is still its own. False if the store does not answer. */
  const stillOwn = async (): Promise<boolean> => {
    if (!(await own.sync())) return false;
    if (own.isThere) return true;
    // Another process has folded it, taking this one for ended; or the store has lost it, and it is written again.
    await refresh();
    if (record?.tables.includes(own.name) !== true) own.afterFold();
    return true;
  };

  const flushOnce = async (): Promise<void> => {
    if (!link.isUp || record === undefined || problem !== undefined) return;
    // Folded, while this process was taken for ended: new units must not be added to what counts elsewhere by now.
    if (own.isThere && !record.tables.includes(own.name)) own.afterFold();
    await claims.flush();
    if (!own.hasNews) return;
    if (!own.isThere) return register();
    const done = await own.write();
    if (done === undefined || "versions" in done || !(await stillOwn())) return;
    if (own.isThere) await own.write();
    else if (own.hasNews) await register();
  };

  /** One at a time: two writes of a table would be in each other's way. */
  let flushing = Promise.resolve();
  const flush = (): Promise<void> => {
    const done = flushing.then(flushOnce);
    // One that fails must not keep the next from being tried.
    flushing = done.catch(() => {});
    return done;
  };

  const readAll = async () => {
    if (record === undefined) return undefined;
    const names = ["kept", ...record.tables.map((name) => `table/${name}`)];
    const found = await get(names);
    if (found === undefined || record === undefined) return undefined;
    const [keptEntry, ...entries] = found;
    const kept = keptEntry === undefined ? undefined : readKept(keptEntry.value);
    const files = record.tables.flatMap((name, at) => {
      const entry = entries[at];
      const file = entry === undefined ? undefined : readTable(entry.value, guards);
      return entry === undefined || file === undefined || file.epoch !== record?.epoch
        ? []
        : [{ name, file, version: entry.version }];
    });
    return { kept, files };
  };

  /** Tables as this process has read them last. */
  let lastRead: Parameters<typeof fold>[0] = [];
  /** Folds tables of ended processes into one, so that their number stays small. All or nothing is written. */
  const fold = async (
    files: readonly { readonly name: string; readonly file: TableFile; readonly version: string }[],
  ): Promise<void> => {
    const now = link.now();
    const leastAge = files.length > fewTables ? foldAfterMs : dayMs;
    const stale = files
      .filter(({ name, file }) => name !== own.name && name !== folded && now - file.at > leastAge)
      .slice(0, mostFolded);
    if (stale.length === 0 || record === undefined) return;
    const target = files.find(({ name }) => name === folded);
    const parts = [...(target === undefined ? [] : [target]), ...stale].map(({ file }) => file);
    const file: TableFile = {
      formatVersion: 1,
      epoch: record.epoch,
      write: (target?.file.write ?? 0) + 1,
      at: Math.floor(now),
      table: mergeTables(
        parts.map(({ table }) => table),
        guards,
      ),
      shadow: parts.reduce((sum, { shadow }) => addShadow(sum, shadow), noShadow),
    };
    const left = record.tables.filter((name) => !stale.some((one) => one.name === name) && name !== folded);
    const asked = withTables([...left, folded]);
    if (asked === undefined) return;
    const done = await put([
      asked.write,
      write(`table/${folded}`, JSON.stringify(file), target?.version ?? "none"),
      ...stale.map((one) => write(`table/${one.name}`, undefined, one.version, 1)),
    ]);
    if (done !== undefined && !("conflict" in done)) take(asked.next, done.versions[0]);
  };

  return {
    store: store.name,
    get isReached() {
      return link.isUp && record !== undefined;
    },
    get record() {
      return record;
    },
    get problem() {
      if (!own.isTooLong) return problem;
      const reason = "the table of this process is too long for the store: the state of a guard grows";
      return problem ?? { because: "record", reason };
    },
    now: () => Math.floor(link.now()),
    refresh,
    change,
    note: (request) => claims.add(request),
    rate: (rating) => claims.rate(rating),
    addShadow: (more) => own.addShadow(more),
    flush,
    own: () => own.table(),
    async evidence(): Promise<BookEvidence | undefined> {
      const all = await readAll();
      if (all === undefined || record === undefined) return undefined;
      const { files, kept } = all;
      lastRead = files;
      const isSame = kept?.of === stageName(record);
      const now = Math.floor(link.now());
      // A clock that jumps, and a time without any process, add no more than some periods.
      const sinceMs = Math.max(0, now - (isSame && kept !== undefined ? kept.at : record.since));
      return {
        table:
          files.length === 0
            ? emptyTable(guards)
            : mergeTables(
                files.map(({ file }) => file.table),
                guards,
              ),
        shadow: files.reduce((sum, { file }) => addShadow(sum, file.shadow), noShadow),
        atStageMs: (isSame ? (kept?.atStageMs ?? 0) : 0) + Math.min(sinceMs, 3 * judgeMs),
        processes: files.length,
        kept: { verdict: isSame ? kept?.verdict : undefined, points: kept?.points ?? {} },
      };
    },
    async mayJudge() {
      if (!link.isUp || record === undefined || problem !== undefined) return false;
      const done = await put([write("judge", own.name, "none", Math.max(1, Math.floor(judgeMs * 0.9)))]);
      return done !== undefined && !("conflict" in done);
    },
    async keep(judgement, { atStageMs }) {
      if (record === undefined) return;
      const file: KeptFile = {
        formatVersion: 1,
        of: stageName(record),
        atStageMs,
        at: Math.floor(link.now()),
        ...judgement,
      };
      await put([write("kept", keptText(file), "any")]);
      await fold(lastRead);
    },
    async close() {
      await flush();
      link.close();
    },
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
