import type { Granted, NotGranted } from "../../contracts/index.ts";
import { unref } from "../../plugin/unref.ts";
import { readReserved, readSettled } from "../records/read-answers.ts";
import type { StoreLink } from "../records/store-link.ts";
import type { Hold } from "./hold.ts";

/** Time after which the store counts as spent what this process holds, unless it is told more. */
export const holdTtlMs = 900_000;
/** Difference of clocks that is allowed for, in milliseconds. */
const marginMs = 1_000;
/** Holds that wait for the store at most. The oldest are dropped: the store lets them lapse, as spent. */
const mostUntold = 20_000;
/** Holds that are told at once when the store is back. */
const atOnce = 32;

/** Time after which a message that failed is sent again while the store answers. */
const retryMs = 100;

/** Result of a message about a hold. */
export type Kept = "kept" | "failed" | NotGranted;

/** Keeps a store informed about the holds of this process. */
export class HoldKeeper {
  readonly #link: StoreLink;
  readonly #newId: () => string;
  readonly #endedTtlMs: number;
  readonly #untold = new Set<Hold>();
  readonly #telling = new Map<Hold, Promise<void>>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Number of holds that were dropped because too many waited. */
  forgotten = 0;
  /** Number and amount of reservations that the store had lost, and was told again. */
  againCount = 0;
  againAmount = 0;

  /** `endedTtlMs`: time for which the store knows an ended hold, so that a repeated message changes nothing. */
  constructor(link: StoreLink, newId: () => string, endedTtlMs: number) {
    this.#link = link;
    this.#endedTtlMs = endedTtlMs;
    this.#newId = newId;
  }

  /**
   * Tells what was spent, and asks to keep what is held by calls and `spare` beyond. `least` is the smallest amount
   * of use if the hold is new. Waits for the message that is under way; without `spare` all that is free then stays.
   */
  keep(hold: Hold, spare?: number, least = 0): Promise<Kept> {
    if (hold.flight !== undefined) return hold.flight.then(() => this.keep(hold, spare, least));
    const flight = this.#keep(hold, spare ?? spareOf(hold), least).then((kept) => {
      hold.flight = undefined;
      return kept;
    });
    hold.flight = flight;
    return flight;
  }

  /**
   * Tells what a hold has spent until the store knows all of it; later, if the store does not answer. Returns the end of
   * this attempt; undefined if one is under way.
   */
  tell(hold: Hold): Promise<void> | undefined {
    if (hold.isBeingTold) return undefined;
    hold.isBeingTold = true;
    const telling = this.#tell(hold);
    this.#telling.set(hold, telling);
    return telling;
  }

  /** Resolves when nothing is being told. */
  async idle(): Promise<void> {
    while (this.#telling.size > 0) await Promise.all(this.#telling.values());
  }

  /** Gives back a hold, as its calls end. */
  retire(hold: Hold): Promise<void> | undefined {
    hold.isRetired = true;
    return this.tell(hold);
  }

  /** Tells all holds that wait, and those that are given. Resolves once each was tried. */
  async tellAll(more: Iterable<Hold>): Promise<void> {
    const waiting = [...new Set([...this.#untold, ...more])];
    this.#untold.clear();
    const next = async (): Promise<void> => {
      for (let hold = waiting.pop(); hold !== undefined; hold = waiting.pop()) {
        if ((await this.keep(hold)) === "failed") this.#wait(hold);
        else if (hold.isDue) this.tell(hold);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, next));
  }

  async #tell(hold: Hold): Promise<void> {
    let isTold = false;
    do {
      isTold = (await this.keep(hold)) !== "failed";
    } while (isTold && hold.isDue);
    hold.isBeingTold = false;
    this.#telling.delete(hold);
    if (!isTold) this.#wait(hold);
  }

  #wait(hold: Hold): void {
    this.#untold.add(hold);
    // The store may have come back before this was known to have failed: then its recovery did not tell it.
    if (this.#link.isUp && this.#retry === undefined) {
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
        void this.tellAll([]);
      }, retryMs);
      unref(this.#retry);
    }
    if (this.#untold.size <= mostUntold) return;
    for (const oldest of this.#untold) {
      this.#untold.delete(oldest);
      this.forgotten += 1;
      return;
    }
  }

  async #keep(hold: Hold, spare: number, least: number): Promise<Kept> {
    if (!hold.isNew && this.#link.now() >= hold.knownUntil - marginMs) this.#begin(hold);
    const isNothing = hold.total + hold.held + spare === 0;
    if (hold.isNew && !(isNothing && hold.isRetired)) {
      const answer = await this.#reserve(hold, spare, least);
      if (answer === undefined) return "failed";
      if ("why" in answer) return this.#drop(hold, answer);
      if (hold.total === 0) return "kept";
    }
    const isKept = hold.held + spare > 0;
    const answer = await this.#settle(hold, spare);
    if (answer === undefined) return "failed";
    return answer === "lapsed" ? this.#again(hold, spare, isKept) : "kept";
  }

  /** Reserves again what the store does not know, or knows as lapsed. */
  async #again(hold: Hold, spare: number, wasKept: boolean): Promise<Kept> {
    const { total } = hold;
    hold.granted = 0;
    hold.base = total;
    const amount = total + hold.held;
    if (amount + spare === 0 || this.#mayBeForgotten(hold)) {
      hold.told = total;
      // What calls held when it was told, and have given back meanwhile.
      if (wasKept) return (await this.#settle(hold, spare)) === undefined ? "failed" : "kept";
      return "kept";
    }
    this.#link.check();
    const reserved = await this.#reserve(hold, spare, 0);
    if (reserved === undefined) return "failed";
    if ("why" in reserved) return this.#drop(hold, reserved);
    this.againCount += 1;
    this.againAmount += amount;
    return (await this.#settle(hold, spare)) === undefined ? "failed" : "kept";
  }

  /**
   * True if an earlier message may have ended the hold so long ago that the store has forgotten it. What was
   * recorded then must not be recorded again; what was not has lapsed, and the store has counted or returned it.
   */
  #mayBeForgotten({ endedFrom, epoch }: Hold): boolean {
    if (endedFrom === undefined || epoch !== this.#link.epoch) return false;
    return this.#link.now() >= endedFrom + this.#endedTtlMs - marginMs;
  }

  /** A hold that was refused although it was spent from: its window is over, so that nothing is left to protect. */
  #drop(hold: Hold, refusal: NotGranted): NotGranted {
    hold.told = hold.total;
    hold.granted = 0;
    hold.base = hold.total;
    return refusal;
  }

  /** Goes on under another id, since the store has forgotten this one: what it counted for it stays counted. */
  #begin(hold: Hold): void {
    // Of another epoch it is not known to have kept anything.
    if (hold.epoch === this.#link.epoch) hold.offset += hold.covered;
    hold.id = this.#newId();
    hold.isNew = true;
    hold.granted = 0;
    hold.base = 0;
    hold.told = 0;
    hold.covered = 0;
    hold.lapsesAt = Number.POSITIVE_INFINITY;
    hold.knownUntil = Number.POSITIVE_INFINITY;
  }

  #reserve(hold: Hold, spare: number, least: number): Promise<Granted | NotGranted | undefined> {
    const { id, limits, lapse } = hold;
    const amount = Math.min(Number.MAX_SAFE_INTEGER, hold.total + hold.held + spare);
    const atLeast = Math.min(least, amount);
    return this.#link.ask(
      ({ quotas }) => quotas.reserve({ id, amount, atLeast, limits, ttlMs: holdTtlMs, lapse }),
      (said) => {
        const answer = readReserved(said);
        if (answer === undefined || "why" in answer) return answer;
        hold.base = 0;
        this.#note(hold, answer, amount, 0);
        return answer;
      },
    );
  }

  #settle(hold: Hold, spare: number): Promise<Granted | "lapsed" | undefined> {
    const { id, total } = hold;
    const keep = Math.min(Number.MAX_SAFE_INTEGER, hold.held + spare);
    // Until the answer is here what is certain either way: less may be kept, or the message never arrives.
    hold.granted = Math.min(Math.max(0, hold.granted - (total - hold.base)), keep);
    hold.base = total;
    // If it has lapsed, what is neither spent nor kept comes back.
    hold.covered = Math.min(hold.covered, total + keep);
    const ttlMs = keep === 0 ? this.#endedTtlMs : holdTtlMs;
    // This ends it in the store.
    if (keep === 0) hold.isRetired = true;
    if (keep === 0 && this.#link.isUp) hold.endedFrom ??= this.#link.now();
    return this.#link.ask(
      ({ quotas }) => quotas.settle({ id, spent: total, keep, ttlMs }),
      (said) => {
        const answer = readSettled(said);
        if (answer === undefined || answer === "lapsed") return answer;
        hold.told = total;
        this.#note(hold, answer, keep, total);
        return answer;
      },
    );
  }

  #note(hold: Hold, { granted, left, lapsesAt }: Granted, most: number, told: number): void {
    hold.isNew = false;
    hold.granted = Math.min(granted, most);
    hold.isShort = granted < most;
    hold.covered = hold.lapse === "return" ? told : told + hold.granted;
    hold.left = left;
    hold.lapsesAt = lapsesAt;
    hold.knownUntil = lapsesAt + holdTtlMs;
    hold.epoch = this.#link.epoch;
  }
}

/** Returns what stays reserved for later calls: all that is free of a lease, unless it is given back. */
function spareOf(hold: Hold): number {
  return hold.isRetired || !hold.isLease ? 0 : Math.max(0, hold.free);
}
