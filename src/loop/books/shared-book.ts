import type { Store, StoreWrite } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import { StoreLink, storeKey } from "../../fleet/inner.ts";
import type { Guard } from "../guards/guard.ts";
import { mostTables, type RolloutRecord } from "../rollout/rollout-record.ts";
import { addShadow, noShadow } from "../rollout/shadow-watch.ts";
import { readEntries, readPut } from "../store-answers.ts";
import { emptyTable, mergeTables } from "../units/arm-table.ts";
import { UnitClaims } from "../units/unit-claims.ts";
import type { Units } from "../units/units.ts";
import { folded, foldTables, type StoredTable } from "./fold-tables.ts";
import { judgeTurn } from "./judge-turn.ts";
import { type KeptFile, keptText, readKept, stageName } from "./kept-file.ts";
import { keptMs, OwnTable, type RolloutStore } from "./own-table.ts";
import { type BookEvidence, isOut, type RolloutBook } from "./rollout-book.ts";
import { mostTries, sharedRecord } from "./shared-record.ts";
import { readTable, tableText } from "./table-file.ts";

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

/** Time for which units are claimed at a time, in milliseconds: with a slow store the others wait, and the judge does not. */
const longestClaimsMs = 2_000;

const tooLong = "the table of this process is too long for the store: the state of a guard grows";
const noPlace = `${mostTables} processes have tables: what this one has seen counts once there is a place`;

/** Creates the book of a rollout that several processes share through a store. */
export function createSharedBook(options: SharedBookOptions): RolloutBook {
  const { store, namespace, first, stages, guards, units, clock, judgeMs, onBack } = options;
  const link = new StoreLink({ store, clock, onFailed: () => {}, onBack });
  const key = (name: string) => storeKey(namespace, `rollout/${first.id}/${name}`);
  const part: RolloutStore = {
    now: () => link.now(),
    key,
    get: (names) =>
      link.ask(
        ({ records }) => records.get(names.map(key)),
        (answer) => readEntries(answer, names.length),
      ),
    put: (writes) => link.ask(({ records }) => records.put(writes), readPut),
  };
  const write = (
    name: string,
    value: string | undefined,
    expect: string,
    ttlMs: number = keptMs,
  ): StoreWrite => ({ key: key(name), value, expect, ttlMs });

  const own = new OwnTable(part, units, guards);
  const turn = judgeTurn({ store: part, monotonic: clock.monotonic, judgeMs, name: () => own.name });
  const claims = new UnitClaims(part, units, () => own.addInBoth());
  const record = sharedRecord({
    store: part,
    link,
    clock,
    first,
    stages,
    onOther({ epoch }) {
      own.begin(epoch);
      claims.begin(epoch);
    },
  });

  /** True if the record has no place for the table of this process. */
  let isFull = false;
  /** Puts the table of this process into the store and its name into the record. */
  const register = async (): Promise<void> => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      await record.refresh();
      const { value, problem } = record;
      if (value === undefined || problem !== undefined || !(await own.sync()) || own.isThere) return;
      // Read again: it may be another one by now.
      const { tables } = record.value ?? value;
      const isListed = tables.includes(own.name);
      isFull = !isListed && tables.length >= mostTables;
      if (isFull) return;
      const asked = isListed ? undefined : record.withTables([...tables, own.name]);
      const done = await own.write(asked === undefined ? [] : [asked.write]);
      if (done === undefined) return;
      if ("conflict" in done) continue;
      if (asked !== undefined) record.take(asked.next, done.versions[1]);
      return;
    }
  };

  /** Finds out if the table of this process is still its own. False if the store does not answer. */
  const stillOwn = async (): Promise<boolean> => {
    if (!(await own.sync())) return false;
    if (own.isThere) return true;
    // Another process has folded it, taking this one for ended; or the store has lost it, and it is written again.
    await record.refresh();
    if (record.value?.tables.includes(own.name) !== true) own.afterFold();
    return true;
  };

  const flushOnce = async (): Promise<void> => {
    const { value, problem } = record;
    if (!link.isUp || value === undefined || isOut(problem)) return;
    // Folded, while this process was taken for ended: new units must not be added to what counts elsewhere by now.
    if (problem === undefined && own.isThere && !value.tables.includes(own.name)) own.afterFold();
    const begun = clock.monotonic();
    await claims.flush(() => clock.monotonic() - begun < longestClaimsMs);
    // Units count on while the record cannot be read: what this process sees is enough to roll back in it.
    if (problem !== undefined || !own.hasNews) return;
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
    const asked = record.value;
    if (asked === undefined) return undefined;
    const found = await part.get(["kept", ...asked.tables.map((name) => `table/${name}`)]);
    const now = record.value;
    if (found === undefined || now === undefined) return undefined;
    const [keptEntry, ...entries] = found;
    const kept = keptEntry === undefined ? undefined : readKept(keptEntry.value);
    const files = asked.tables.flatMap((name, at): StoredTable[] => {
      const entry = entries[at];
      const file = entry === undefined ? undefined : readTable(entry.value, guards);
      if (entry === undefined || file === undefined || file.epoch !== now.epoch) return [];
      return [{ name, file, version: entry.version }];
    });
    const unread = asked.tables.filter((name) => !files.some((one) => one.name === name));
    return { kept, files, unread, record: now };
  };

  /** Tables as this process has read them last. */
  let lastRead: readonly StoredTable[] = [];
  let unread: readonly string[] = [];
  /** All or nothing is written. */
  const fold = async (): Promise<void> => {
    const { value } = record;
    const facts = { own: own.name, unread, now: link.now(), guards };
    const done = value && foldTables(lastRead, { ...facts, record: value });
    const asked = done && record.withTables(done.tables);
    const text = done && tableText(done.file, guards);
    // A sum that is too long for a store leaves the tables as they are.
    if (done === undefined || asked === undefined || text === undefined) return;
    const written = await part.put([
      asked.write,
      write(`table/${folded}`, text, done.expect),
      ...done.gone.map((one) => write(`table/${one.name}`, undefined, one.version, 1)),
    ]);
    if (written !== undefined && !("conflict" in written)) record.take(asked.next, written.versions[0]);
  };

  return {
    store: store.name,
    get isReached() {
      return link.isUp && record.value !== undefined;
    },
    get record() {
      return record.value;
    },
    get problem() {
      const ofTable = own.isTooLong ? tooLong : isFull && !own.isThere ? noPlace : undefined;
      return record.problem ?? (ofTable && { because: "table", reason: ofTable });
    },
    now: () => Math.floor(link.now()),
    refresh: record.refresh,
    change: record.change,
    note(request) {
      if (record.value !== undefined) units.begin(record.value.begun);
      claims.add(request);
    },
    rate: (rating) => claims.rate(rating),
    addShadow: (more) => own.addShadow(more),
    flush,
    own: () => own.table(),
    async evidence(): Promise<BookEvidence | undefined> {
      const all = await readAll();
      if (all === undefined) return undefined;
      const { files, kept } = all;
      lastRead = files;
      unread = all.unread;
      const isSame = kept?.of === stageName(all.record);
      const now = Math.floor(link.now());
      // A clock that jumps, and a time without any process, add no more than some periods.
      const sinceMs = Math.max(0, now - (isSame && kept !== undefined ? kept.at : all.record.since));
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
      return link.isUp && record.value !== undefined && record.problem === undefined && turn.take();
    },
    async keep(judgement, { atStageMs }) {
      if (record.value === undefined) return;
      const file: KeptFile = {
        formatVersion: 1,
        of: stageName(record.value),
        atStageMs,
        at: Math.floor(link.now()),
        ...judgement,
      };
      await part.put([write("kept", keptText(file), "any")]);
      await fold();
    },
    async close() {
      await flush();
      link.close();
    },
  };
}
