import { type StoreEntry, StoreError } from "../../contracts/index.ts";
import type { SharedLimits } from "../../contracts/ports/index.ts";
import { wait } from "../../plugin/wait.ts";
import { isCount, isTime } from "../records/read-answers.ts";
import { storeKey } from "../records/store-key.ts";
import { late, within } from "../records/waiting.ts";
import type { DeskParts } from "./desk-parts.ts";

/** Age in milliseconds from which what is set is asked for again, and from which a request waits for the answer. */
const freshMs = 400;
const trustMs = 900;
/** Owners of a budget with a limit that was set: all of them are one entry, which each process reads every second. */
const mostSet = 1_000;
/** The entry is written again each day, so that the store never forgets what is set while a process runs. */
const ttlMs = 31 * 86_400_000;
const againMs = 86_400_000;
/** Budgets of a router, at most. */
const mostBudgets = 64;
/** Times that a change is tried while others make theirs. */
const mostTries = 10;

/** Limits that are set of one budget, by account. */
interface Known {
  readonly amounts: ReadonlyMap<string, number>;
  readonly version: string | undefined;
  /** Time of the store at which it was written. */
  readonly at: number;
  /** False for what another program wrote under its name: then nothing may be used, until a limit is set again. */
  readonly isReadable: boolean;
}

const nothing: Known = { amounts: new Map(), version: undefined, at: 0, isReadable: true };

/**
 * Limits of owners that were set at run time: one entry of the store for each budget, of which each process has a copy. It is
 * read again while requests come, so that what one process sets holds in all others within a second.
 */
export class SetLimits implements SharedLimits {
  readonly #parts: Pick<DeskParts, "link" | "namespace" | "monotonic" | "timeoutMs">;
  readonly #storeName: string;
  readonly #known = new Map<string, Known>();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  /** Number of changes by this process: what was read before one of them is older. */
  #writes = 0;

  constructor(parts: Pick<DeskParts, "link" | "namespace" | "monotonic" | "timeoutMs">, storeName: string) {
    this.#parts = parts;
    this.#storeName = storeName;
  }

  of(budget: string, account: string): number | undefined {
    const { link, monotonic } = this.#parts;
    const known = this.#known.get(budget);
    if (known === undefined) this.#add(budget);
    else if (link.isUp && monotonic() - this.#readAt >= freshMs) void this.#read();
    return known === undefined ? undefined : amountIn(known, account);
  }

  isKnown(budget: string): boolean {
    return this.#known.has(budget) && this.#parts.monotonic() - this.#readAt < trustMs;
  }

  /** Asks for what is set. Resolves when it is known, or after `mostMs` or the desk's time limit. Never rejects. */
  async learn(mostMs: number): Promise<void> {
    const { link, timeoutMs, monotonic } = this.#parts;
    if (!link.isUp || monotonic() - this.#readAt < trustMs) return;
    const patienceMs = link.patienceMs(timeoutMs);
    const ms = Math.min(patienceMs, mostMs);
    const { answers } = link;
    // A request's own deadline says nothing about the store.
    if ((await within(this.#read(), ms)) === late && ms >= patienceMs) link.silent(answers);
  }

  async read(budget: string, account: string): Promise<number | undefined> {
    return amountIn(await this.#ask(budget), account);
  }

  async set(budget: string, account: string, amount: number | undefined): Promise<"set" | "full"> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const known = await this.#ask(budget);
      const amounts = new Map(known.amounts);
      if (amount === undefined) amounts.delete(account);
      else amounts.set(account, amount);
      if (amounts.size > mostSet) return "full";
      const answer = await this.#write(budget, { ...known, amounts });
      if (answer === undefined) throw this.#failed("did not say whether the limit is set: set it again");
      if (answer !== "conflict") return "set";
      await wait(Math.random() * 20 * (tries + 1), undefined);
    }
    throw this.#failed("has other limits set at the same time: set it again");
  }

  #add(budget: string): void {
    if (this.#known.size >= mostBudgets) return;
    this.#known.set(budget, nothing);
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /** Reads what is set of all budgets that were asked for. One reading is under way at a time. */
  #read(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    const { link, monotonic } = this.#parts;
    const sentAt = monotonic();
    const writes = this.#writes;
    const names = [...this.#known.keys()];
    if (names.length === 0) return;
    const found = await link.ask(
      (store) => store.records.get(names.map((name) => this.#keyOf(name))),
      (answer) => readEntries(answer, names.length),
    );
    if (found === undefined || writes !== this.#writes) return;
    names.forEach((name, at) => {
      const known = found[at] ?? nothing;
      this.#known.set(name, known);
      // Of several processes the first one does it: the others have another version then.
      if (known.amounts.size > 0 && link.now() - known.at > againMs) void this.#write(name, known);
    });
    // A budget that came meanwhile is not known yet.
    if (this.#known.size === names.length) this.#readAt = sentAt;
  }

  async #ask(budget: string): Promise<Known> {
    const found = await this.#parts.link.ask(
      (store) => store.records.get([this.#keyOf(budget)]),
      (answer) => readEntries(answer, 1)?.[0],
      true,
    );
    if (found === undefined) throw this.#failed("did not say which limits are set");
    return found;
  }

  async #write(budget: string, { amounts, version = "none" }: Known): Promise<string | undefined> {
    const { link } = this.#parts;
    const at = link.now();
    const text = { formatVersion: 1, at, amounts: Object.fromEntries(amounts) };
    const value = amounts.size === 0 ? undefined : JSON.stringify(text);
    const answer = await link.ask(
      (store) => store.records.put([{ key: this.#keyOf(budget), value, expect: version, ttlMs }]),
      readWritten,
      true,
    );
    this.#writes += 1;
    if (answer !== undefined && answer !== "conflict")
      this.#known.set(budget, { amounts, version: answer, at, isReadable: true });
    return answer;
  }

  #keyOf(budget: string): string {
    return storeKey(this.#parts.namespace, `limits/${budget}`);
  }

  #failed(problem: string): StoreError {
    return new StoreError(this.#storeName, "failed", problem);
  }
}

function amountIn({ amounts, isReadable }: Known, account: string): number | undefined {
  return isReadable ? amounts.get(account) : 0;
}

function readEntries(answer: unknown, count: number): readonly Known[] | undefined {
  if (!Array.isArray(answer) || answer.length !== count) return undefined;
  return answer.map(readEntry);
}

function readEntry(entry: unknown): Known {
  if (entry === undefined || entry === null) return nothing;
  const { value, version } = entry as Partial<StoreEntry>;
  const of = { version: typeof version === "string" ? version : undefined };
  try {
    const { formatVersion, at, amounts } = JSON.parse(value ?? "") as Readonly<Record<string, unknown>>;
    const list = Object.entries(amounts as Readonly<Record<string, unknown>>);
    if (formatVersion === 1 && isTime(at) && list.every((one): one is [string, number] => isCount(one[1])))
      return { ...of, amounts: new Map(list), at, isReadable: true };
  } catch {
    // Said below.
  }
  return { ...of, amounts: nothing.amounts, at: 0, isReadable: false };
}

/** Returns the version that was written. */
function readWritten(answer: unknown): string | undefined {
  const { versions, conflict } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof conflict === "string") return "conflict";
  const [version] = Array.isArray(versions) ? (versions as readonly unknown[]) : [];
  return typeof version === "string" ? version : undefined;
}
