import type { SessionState, Store } from "../../contracts/index.ts";
import type { OpenShared, SharingRouter } from "../../contracts/ports/index.ts";
import { createLatest } from "../../plugin/latest.ts";
import type { Shared } from "../fleet-options.ts";
import { readSession, type StoredSession, sessionKey, sessionText } from "./session-text.ts";
import { storeKey } from "./store-key.ts";
import { StoreLink } from "./store-link.ts";
import { late, within } from "./waiting.ts";

export interface SharedSessionsOptions
  extends Pick<SharingRouter, "clock" | "sessions" | "names" | "maxSessions"> {
  readonly shared: Shared;
}

/** Sessions that several processes share through a store. One is read again after `sessionTrustMs`. */
export interface SharedSessions extends Pick<OpenShared, "read" | "write"> {
  /** Tells the store what is still to be told, for at most a second. */
  close(): Promise<void>;
}

/** Time for which the store keeps a session after its last answer: providers keep no prompt for longer. */
const ttlMs = 86_400_000;
/** Largest number of sessions that are read, or wait to be written, at a time. */
const mostWaiting = 10_000;
/** Largest number of entries of one `put`. */
const mostAtOnce = 16;
const closingMs = 1_000;

export function createSharedSessions(options: SharedSessionsOptions): SharedSessions {
  return new StoreSessions(options);
}

class StoreSessions implements SharedSessions {
  readonly #options: SharedSessionsOptions;
  readonly #link: StoreLink;
  /** Time at which a session was last read or written here, on the monotonic clock. */
  readonly #seen: ReturnType<typeof createLatest<number>>;
  readonly #reading = new Map<string, Promise<string | undefined>>();
  /** Sessions to write, by key: the latest state of each. */
  readonly #unwritten = new Map<string, { readonly tenant: string | undefined; readonly session: string }>();
  #writing: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SharedSessionsOptions) {
    const { shared, clock, maxSessions } = options;
    this.#options = options;
    this.#seen = createLatest(maxSessions);
    // Failures are reported once, by the desk of the same store.
    this.#link = new StoreLink({ store: shared.store, clock, onFailed: ignore, onBack: ignore });
    this.#link.check();
  }

  read(
    { tenant, session }: { readonly tenant?: string | undefined; readonly session?: string | undefined },
    mostMs: number,
  ): undefined | string | Promise<string | undefined> {
    if (session === undefined) return undefined;
    const { shared, clock } = this.#options;
    const local = localKey(tenant, session);
    const seenAt = this.#seen.get(local);
    if (seenAt !== undefined && clock.monotonic() - seenAt < shared.sessionTrustMs) return undefined;
    if (!this.#link.isUp) return "the store does not answer";
    return this.#readInTime(local, tenant, session, Math.min(shared.timeoutMs, mostMs));
  }

  async #readInTime(
    local: string,
    tenant: string | undefined,
    session: string,
    ms: number,
  ): Promise<string | undefined> {
    const link = this.#link;
    let reading = this.#reading.get(local);
    if (reading === undefined) {
      if (this.#reading.size >= mostWaiting) return "too many sessions are being read";
      reading = this.#readNow(local, tenant, session).finally(() => this.#reading.delete(local));
      this.#reading.set(local, reading);
    }
    const answersBefore = link.answers;
    const result = await within(reading, ms);
    if (result !== late) return result;
    // A request's own deadline says nothing about the store.
    if (ms >= this.#options.shared.timeoutMs) link.silent(answersBefore);
    return `the store did not answer within ${Math.round(ms)} ms`;
  }

  async #readNow(local: string, tenant: string | undefined, session: string): Promise<string | undefined> {
    const link = this.#link;
    const key = this.#storeKey(tenant, session);
    const asksTime = !link.knowsTime;
    const [entries] = await Promise.all([
      link.ask((store) => store.records.get([key]), readEntries),
      asksTime ? link.ask((store: Store) => store.status(), readAny) : undefined,
    ]);
    if (entries === undefined || !link.knowsTime) return "the store does not answer";
    const [text] = entries;
    this.#seen.set(local, this.#options.clock.monotonic());
    return text === undefined ? undefined : this.#learn(tenant, session, text);
  }

  /** Takes over what another process wrote, unless this one has answered later. Returns the reason if it cannot. */
  #learn(tenant: string | undefined, session: string, text: string): string | undefined {
    const { sessions, clock } = this.#options;
    const stored = readSession(text);
    const id = stored && this.#idOf(stored);
    if (stored === undefined || id === undefined) {
      sessions.learn(tenant, session, undefined);
      return stored === undefined
        ? "the store has no valid session in its place"
        : "its last answer is by a model that this router does not have";
    }
    // The store may say any time: no session was used after now.
    const at = clock.monotonic() - Math.max(0, this.#link.now() - stored.lastUsedAt);
    const known = sessions.known(tenant, session);
    // Times of two processes differ by the way to the store, so that turns have a say.
    const isOlder = known !== undefined && known.lastUsedAt > at && known.turns >= stored.turns;
    if (isOlder) return undefined;
    const { turns, cachedTokens } = stored;
    sessions.learn(tenant, session, { tenant, session, model: id, turns, cachedTokens, lastUsedAt: at });
    return undefined;
  }

  /** Returns the id of the model here; undefined if this router does not have it. */
  #idOf({ model, name }: StoredSession): string | undefined {
    const { names } = this.#options;
    if (Object.hasOwn(names, model) && names[model] === name) return model;
    return Object.keys(names).find((id) => names[id] === name);
  }

  write(tenant: string | undefined, session: string): void {
    const local = localKey(tenant, session);
    this.#seen.set(local, this.#options.clock.monotonic());
    if (this.#unwritten.size >= mostWaiting && !this.#unwritten.has(local)) return;
    this.#unwritten.set(local, { tenant, session });
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, 0);
  }

  /** One `put` at a time, so that the latest state of a session is the last that arrives. */
  #flush(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    const link = this.#link;
    while (this.#unwritten.size > 0) {
      const due = [...this.#unwritten].slice(0, mostAtOnce);
      for (const [local] of due) this.#unwritten.delete(local);
      if (!link.knowsTime) await link.ask((store) => store.status(), readAny);
      // What cannot be told now is not told later: another process may have answered since.
      if (!link.knowsTime) continue;
      const writes = due.flatMap(([, { tenant, session }]) => {
        const value = this.#textOf(this.#options.sessions.known(tenant, session));
        if (value === undefined) return [];
        return [{ key: this.#storeKey(tenant, session), value, expect: "any" as const, ttlMs }];
      });
      if (writes.length > 0) await link.ask((store) => store.records.put(writes), readAny);
    }
  }

  #textOf(known: SessionState | undefined): string | undefined {
    if (known === undefined) return undefined;
    const { clock, names } = this.#options;
    const { model, turns, cachedTokens } = known;
    const name = Object.hasOwn(names, model) ? names[model] : undefined;
    if (name === undefined) return undefined;
    const idleMs = Math.max(0, clock.monotonic() - known.lastUsedAt);
    const lastUsedAt = Math.max(0, this.#link.now() - idleMs);
    return sessionText({ model, name, turns, lastUsedAt, cachedTokens });
  }

  #storeKey(tenant: string | undefined, session: string): string {
    return storeKey(this.#options.shared.namespace, sessionKey(tenant, session));
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#link.isUp) await within(this.#flush(), closingMs);
    this.#link.close();
  }
}

/** Returns a key within this process. It is not sent. */
function localKey(tenant: string | undefined, session: string): string {
  return tenant === undefined ? `-${session}` : `${tenant.length}:${tenant}${session}`;
}

/** Reads the answer to a `get` of one key: undefined if it is none. */
function readEntries(answer: unknown): readonly [string | undefined] | undefined {
  if (!Array.isArray(answer) || answer.length !== 1) return undefined;
  const entry: unknown = answer[0];
  if (entry === undefined || entry === null) return [undefined];
  const { value } = entry as { readonly value?: unknown };
  return typeof value === "string" ? [value] : undefined;
}

function readAny(answer: unknown): object | undefined {
  return typeof answer === "object" && answer !== null ? answer : undefined;
}

function ignore(): void {}
