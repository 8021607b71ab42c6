import type { StoreEntry, StoreWrite } from "../contracts/index.ts";
import { nodeCrypto } from "../plugin/node-crypto.ts";
import { type ArmTable, emptyTable } from "./arm-table.ts";
import type { ComparedArm, Guard } from "./guards/guard.ts";
import type { ShadowStatus } from "./rollout-status.ts";
import { addShadow, noShadow } from "./shadow-watch.ts";
import type { PutAnswer } from "./store-answers.ts";
import { readTable, type TableFile, tableText } from "./table-file.ts";
import { type UnitNews, withNews } from "./unit-news.ts";

/** The store as a table needs it. Calls resolve with undefined if there is no answer. */
export interface TableStore {
  key(name: string): string;
  get(names: readonly string[]): Promise<readonly (StoreEntry | undefined)[] | undefined>;
  put(writes: readonly StoreWrite[]): Promise<PutAnswer | undefined>;
  /** Milliseconds since the epoch on the store's clock. */
  now(): number;
}

/** Time for which a store keeps what is not written again, in milliseconds: 31 days. */
export const keptMs = 2_678_400_000;
/** Time for which a unit is known to be counted, in milliseconds: a week. */
const claimMs = 604_800_000;
/** News that wait for the store. More are dropped, and their units do not count. */
const mostQueued = 10_000;
/** Units that are claimed at once: a store writes 16 keys at once. */
const mostClaims = 12;
const mostNews = 500;
/** Number of writes of one flush. */
const mostBatches = 64;

/**
 * The table of this process in a store. A unit counts in the process that claims it first: claim and table are written
 * together or not at all, so that a unit counts once, whichever processes its requests reach and whatever dies.
 */
export class OwnTable {
  readonly #store: TableStore;
  readonly #guards: readonly Guard[];
  name: string = newName();
  #epoch = 0;
  #table: ArmTable;
  #shadow = noShadow;
  #isShadowNew = false;
  /** Version in the store. Undefined: it is not there. */
  #version: string | undefined;
  #writes = 0;
  #writtenAt = Number.NEGATIVE_INFINITY;
  /** A write of which it is not known whether it has arrived. */
  #attempt: (TableFile & { readonly news: readonly UnitNews[] }) | undefined;
  #queue: UnitNews[] = [];
  /** Units that this process counts and that are not fixed yet. */
  readonly #claimed = new Set<string>();
  isTooLong = false;

  constructor(store: TableStore, guards: readonly Guard[]) {
    this.#store = store;
    this.#guards = guards;
    this.#table = emptyTable(guards);
  }

  get isThere(): boolean {
    return this.#version !== undefined;
  }

  get hasNews(): boolean {
    return this.#queue.length > 0 || this.#isShadowNew;
  }

  /** Begins from nothing: evidence of an earlier epoch does not count. */
  begin(epoch: number): void {
    this.afterFold();
    this.#epoch = epoch;
    this.#queue = [];
    this.#claimed.clear();
  }

  /** Goes on under another name: what was written counts in another table. */
  afterFold(): void {
    this.name = newName();
    this.#table = emptyTable(this.#guards);
    this.#shadow = noShadow;
    this.#isShadowNew = false;
    this.#version = undefined;
    this.#attempt = undefined;
  }

  note(news: UnitNews): void {
    if (this.#queue.length < mostQueued) this.#queue.push(news);
  }

  addShadow(more: Partial<ShadowStatus>): void {
    this.#shadow = addShadow(this.#shadow, more);
    this.#isShadowNew = true;
  }

  /** Table with what is not written yet. */
  withWaiting(): ArmTable {
    return this.#queue.reduce((table, news) => withNews(table, news, this.#guards), this.#table);
  }

  /** Returns the write that puts the table into the store where it is not. */
  firstWrite(): StoreWrite | undefined {
    return this.#write(this.#table, [], "none");
  }

  /** Notes that the first write has arrived. */
  arrived(version: string | undefined): void {
    this.#version = version;
    this.#isShadowNew = false;
    this.#writtenAt = this.#store.now();
    this.#attempt = undefined;
  }

  /** Finds out what the store has. False if it does not answer. */
  async sync(): Promise<boolean> {
    const found = await this.#store.get([`table/${this.name}`]);
    if (found === undefined) return false;
    const entry = found[0];
    const attempt = this.#attempt;
    this.#attempt = undefined;
    this.#version = entry?.version;
    if (attempt !== undefined && entry !== undefined && readTable(entry.value)?.write === attempt.write)
      this.#take(attempt.table, attempt.news);
    return true;
  }

  /** Writes what waits. Stops when the store does not answer, or when the table is not there any more. */
  async flush(): Promise<void> {
    for (let batch = 0; batch < mostBatches; batch += 1) {
      if (this.#attempt !== undefined && !(await this.sync())) return;
      if (this.#version === undefined || !this.hasNews) return;
      const { news, claims } = this.#nextBatch();
      const table = news.reduce((sum, one) => withNews(sum, one, this.#guards), this.#table);
      const write = this.#write(table, news, this.#version);
      if (write === undefined) return;
      const done = await this.#store.put([write, ...claims.map(({ write }) => write)]);
      if (done === undefined) return;
      if ("versions" in done) {
        this.#version = done.versions[0];
        this.#attempt = undefined;
        this.#take(table, news);
        continue;
      }
      this.#attempt = undefined;
      const claim = claims.find(({ write }) => write.key === done.conflict);
      if (claim !== undefined) {
        if (!(await this.#leave(claim.news))) return;
      } else if (!(await this.sync())) return;
    }
  }

  /** Writes the table again before the store forgets it. */
  async renew(afterMs: number): Promise<void> {
    if (this.#version === undefined || this.#store.now() - this.#writtenAt < afterMs) return;
    this.#isShadowNew = true;
    await this.flush();
  }

  #take(table: ArmTable, news: readonly UnitNews[]): void {
    this.#table = table;
    this.#isShadowNew = false;
    this.#writtenAt = this.#store.now();
    const written = new Set(news);
    this.#queue = this.#queue.filter((one) => !written.has(one));
    for (const one of news) {
      if (one.type === "seen") this.#claimed.add(one.unitHash);
      if (one.type === "fixed") this.#claimed.delete(one.unitHash);
    }
  }

  #write(table: ArmTable, news: readonly UnitNews[], expect: string): StoreWrite | undefined {
    this.#writes += 1;
    const file: TableFile = {
      formatVersion: 1,
      epoch: this.#epoch,
      write: this.#writes,
      at: Math.max(0, Math.floor(this.#store.now())),
      table,
      shadow: this.#shadow,
    };
    const value = tableText(file, this.#guards);
    this.isTooLong = value === undefined;
    if (value === undefined) return undefined;
    this.#attempt = { ...file, news };
    return { key: this.#store.key(`table/${this.name}`), value, expect, ttlMs: keptMs };
  }

  /** Takes news in their order, as many as one write can hold; those of units that others count are dropped. */
  #nextBatch(): { news: UnitNews[]; claims: { news: SeenNews; write: StoreWrite }[] } {
    const news: UnitNews[] = [];
    const claims: { news: SeenNews; write: StoreWrite }[] = [];
    const claimed = new Set<string>();
    const dropped = new Set<UnitNews>();
    for (const one of this.#queue) {
      if (news.length >= mostNews) break;
      if (one.type === "seen") {
        if (claims.length >= mostClaims) break;
        // Seen again, since this process has forgotten it.
        if (claimed.has(one.unitHash) || this.#claimed.has(one.unitHash)) {
          dropped.add(one);
          continue;
        }
        claimed.add(one.unitHash);
        claims.push({ news: one, write: this.#claim(one) });
      } else if (one.type === "fixed" && !claimed.has(one.unitHash) && !this.#claimed.has(one.unitHash)) {
        dropped.add(one);
        continue;
      }
      news.push(one);
    }
    if (dropped.size > 0) this.#queue = this.#queue.filter((one) => !dropped.has(one));
    return { news, claims };
  }

  #claim({ unitHash, arm, isEven }: SeenNews): StoreWrite {
    const value = `${arm} ${isEven ? "even" : "uneven"}`;
    return { key: this.#claimKey(unitHash), value, expect: "none", ttlMs: claimMs };
  }

  #claimKey(unitHash: string): string {
    return this.#store.key(`unit/${this.#epoch}/${unitHash}`);
  }

  /** Leaves a unit to the process that has claimed it, and looks whether it has the same arm there. */
  async #leave(news: SeenNews): Promise<boolean> {
    const found = await this.#store.get([`unit/${this.#epoch}/${news.unitHash}`]);
    if (found === undefined) return false;
    const [arm, even] = found[0]?.value.split(" ") ?? [];
    const isOther = (arm === "control" || arm === "candidate") && arm !== (news.arm satisfies ComparedArm);
    this.#queue = this.#queue.filter((one) => one !== news);
    // Where shares are not equal, a unit may have changed its arm with the stage.
    if (isOther && news.isEven && even === "even")
      this.#queue.unshift({ type: "in-both", unitHash: news.unitHash });
    return true;
  }
}

type SeenNews = Extract<UnitNews, { type: "seen" }>;

function newName(): string {
  return nodeCrypto().randomUUID().replaceAll("-", "").slice(0, 12);
}
