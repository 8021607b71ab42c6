import type { QuotaLimit } from "../../contracts/index.ts";
import type { QuotaDesk, QuotaRefusal, QuotaRequest } from "../../contracts/ports/index.ts";
import { unref } from "../../plugin/unref.ts";
import { late, refusalOf, storeRefusal, within } from "../records/waiting.ts";
import type { DeskParts } from "./desk-parts.ts";
import type { Hold } from "./hold.ts";
import { type Lease, limitRefusal } from "./lease.ts";
import { Leases } from "./leases.ts";
import { LeftLearner } from "./left-learner.ts";
import { LeftRefresher } from "./left-refresher.ts";
import { Turns } from "./turns.ts";

/** Calls under way at most. */
const mostCalls = 1_000_000;
/** Length of a tick, and ages in ticks: of a lease that is given back, of one that is told, of a call that was lost. */
const tickMs = 500;
const idleTicks = 4;
const tellTicks = 60;
const lostCallTicks = 3_600;
/** Time for which a refusal by the store is repeated without asking it. */
const deniedMs = 200;
/** Times that a call asks for what it lacks: others may take what came. */
const mostTries = 4;

/** A call under way and what it holds. */
interface Call {
  readonly leases: readonly Lease[];
  readonly tick: number;
  held: number;
  spent: number;
}

/** A desk that reserves for many calls at once: one lease of each limit, drawn down without the store. */
export class LeasedDesk implements Omit<QuotaDesk, "store" | "limits" | "tellSpent" | "used"> {
  readonly #parts: DeskParts;
  readonly #refresher: LeftRefresher;
  readonly #learner: LeftLearner;
  readonly #turns: Turns;
  readonly #leases: Leases;
  readonly #calls = new Map<string, Call>();
  #tick = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #closed = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#refresher = new LeftRefresher(parts);
    this.#learner = new LeftLearner(parts);
    this.#leases = new Leases(parts);
    this.#turns = new Turns(parts, {
      leaseOf: (key) => this.#leases.get(key),
      ask: (lease, amount) => this.#ask(lease, amount),
      giveBack: (lease, keep) => this.#leases.giveBack(lease, keep),
    });
  }

  now(wall: number): number {
    const { link } = this.#parts;
    return link.knowsTime ? link.now() : wall;
  }

  left(limit: QuotaLimit): number {
    const lease = this.#leases.get(limit.key);
    if (lease === undefined || !lease.isOf(limit) || lease.hold.isNew) {
      const known = this.#learner.left(limit);
      if (known === undefined) return Number.POSITIVE_INFINITY;
      // Of a new lease the store knows nothing yet; one of another amount it knows.
      return lease?.hold.isNew ? Math.max(0, known - lease.hold.total - lease.hold.held) : known;
    }
    const { hold } = lease;
    const [left = 0] = hold.left;
    // Where the lease is used up, calls may be refused before they renew it.
    if (hold.free <= 0 || left === 0) {
      // What was spent before a reset must not be told after it.
      if (hold.isDue && lease.renewal === undefined && this.#parts.link.isUp) this.#parts.keeper.tell(hold);
      this.#refresher.refresh(limit, (found) => {
        hold.left = [found];
        lease.deniedUntil = Number.NEGATIVE_INFINITY;
      });
    }
    return Math.max(0, hold.free) + left;
  }

  learn(limits: () => readonly QuotaLimit[], mostMs: number): Promise<void> | undefined {
    return this.#parts.link.isUp ? this.#learner.learn(limits, mostMs) : undefined;
  }

  reserve(request: QuotaRequest): true | QuotaRefusal | Promise<true | QuotaRefusal> {
    return this.#reserve(request, mostTries);
  }

  #reserve(request: QuotaRequest, times: number): true | QuotaRefusal | Promise<true | QuotaRefusal> {
    const { id, amount, limits, lapse = "spend" } = request;
    if (this.#calls.has(id)) return true;
    if (!(Number.isSafeInteger(amount) && amount >= 0)) return { key: limits[0]?.key, why: "too-large" };
    if (this.#calls.size >= mostCalls) return storeRefusal;
    let lacks = false;
    const leases: Lease[] = [];
    this.#start();
    for (const limit of limits) {
      const lease = this.#leases.of(limit, lapse, this.#tick);
      const refusal = this.#refusal(lease, amount);
      if (refusal !== undefined) return refusal;
      if (lease.hold.free < amount) lacks = true;
      leases.push(lease);
    }
    if (!lacks) return this.#draw(id, amount, leases);
    if (!this.#parts.link.isUp) return this.#whileDown(id, amount, leases);
    return this.#wait(request, leases, times);
  }

  settle(id: string, spent: number, keep: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    const more = Math.max(0, Math.ceil(spent) - call.spent);
    // A NaN counts as all that was reserved: the money may be gone.
    const delta = Number.isNaN(more) ? call.held : Math.min(more, Number.MAX_SAFE_INTEGER);
    const kept = keep > 0 ? Math.min(Math.floor(keep), Math.max(0, call.held - delta)) : 0;
    call.spent += delta;
    for (const lease of call.leases) {
      const { hold } = lease;
      hold.spent += delta;
      hold.held += kept - call.held;
      if (kept === 0) lease.learn(call.spent);
      if (hold.isRetired) this.#parts.keeper.tell(hold);
    }
    call.held = kept;
    if (kept === 0) this.#calls.delete(id);
  }

  /** Tells the store what calls have spent of a limit. Undefined if it knows. */
  tell(key: string): Promise<unknown> | undefined {
    const hold = this.#leases.get(key)?.hold;
    return hold?.isDue ? (this.#parts.keeper.tell(hold) ?? hold.flight) : undefined;
  }

  /** Returns the holds to tell when the store is back. */
  *holds(): Generator<Hold> {
    for (const lease of this.#leases.all()) {
      if (lease.hold.held === 0 && lease.hold.free <= 0) this.#leases.drop(lease);
      else yield lease.hold;
    }
  }

  /** Gives back all leases. What calls under way hold is given back as they end. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const lease of this.#leases.all()) this.#leases.drop(lease);
  }

  /** Returns why an amount is refused without asking the store. */
  #refusal(lease: Lease, amount: number): QuotaRefusal | undefined {
    const { link, monotonic } = this.#parts;
    const { limit, windowEndsAt, hold } = lease;
    if (amount > limit.limit) return { key: limit.key, why: "too-large" };
    if (windowEndsAt !== Number.POSITIVE_INFINITY && link.now() >= windowEndsAt)
      return { key: limit.key, why: "window-over" };
    if (hold.free >= amount) return undefined;
    if (this.#turns.isAway(limit.key)) return limitRefusal(lease, amount, link.now());
    const isDenied = lease.denied !== undefined && amount >= lease.deniedFrom;
    return isDenied && monotonic() < lease.deniedUntil ? lease.denied : undefined;
  }

  #draw(id: string, amount: number, leases: readonly Lease[]): true {
    for (const lease of leases) {
      lease.draw(amount, this.#tick);
      if (lease.hold.free < lease.low && lease.renewal === undefined && this.#parts.link.isUp)
        void this.#renew(lease);
    }
    this.#calls.set(id, { leases, tick: this.#tick, held: amount, spent: 0 });
    return true;
  }

  #whileDown(id: string, amount: number, leases: readonly Lease[]): true | QuotaRefusal {
    return this.#parts.down === "open" ? this.#draw(id, amount, leases) : storeRefusal;
  }

  async #wait(request: QuotaRequest, leases: readonly Lease[], times: number): Promise<true | QuotaRefusal> {
    const { id, amount } = request;
    const { link, timeoutMs, monotonic } = this.#parts;
    const waiting = leases.filter(({ hold }) => hold.free < amount);
    for (const lease of waiting) {
      lease.wanted += amount;
      lease.leastWanted = Math.min(lease.leastWanted, amount);
    }
    const { answers } = link;
    const until = monotonic() + link.patienceMs(timeoutMs);
    try {
      for (let tries = 0; tries < mostTries; tries += 1) {
        if (this.#calls.has(id)) return true;
        const lacking = leases.filter(({ hold }) => hold.free < amount);
        if (lacking.length === 0) return this.#draw(id, amount, leases);
        if (!link.isUp) return this.#whileDown(id, amount, leases);
        // A renewal that was under way before asks for others: it says nothing about this call.
        const isOwn = lacking.every(({ renewal }) => renewal === undefined);
        const renewals = lacking.map((lease) => lease.renewal ?? this.#renew(lease));
        if ((await within(Promise.all(renewals), until - monotonic())) === late) {
          link.silent(answers);
          return this.#whileDown(id, amount, leases);
        }
        // One that held nothing was given back while this call waited: the store knows it as ended, and grants nothing more.
        if (lacking.some(({ hold }) => hold.isRetired && hold.free < amount))
          return times > 1 ? this.#reserve(request, times - 1) : storeRefusal;
        const denied =
          isOwn && lacking.find((lease) => lease.hold.free < amount && lease.denied !== undefined);
        if (denied) {
          if (denied.denied?.why === "limit") this.#turns.refused(denied, amount);
          return denied.denied ?? storeRefusal;
        }
      }
      const lacking = leases.find(({ hold }) => hold.free < amount);
      if (lacking === undefined) return this.#draw(id, amount, leases);
      // A store that has not said that there is no room has failed, or others took what came.
      return lacking.denied === undefined ? storeRefusal : limitRefusal(lacking, amount, link.now());
    } finally {
      for (const lease of waiting) {
        lease.wanted -= amount;
        if (lease.wanted === 0) lease.leastWanted = Number.POSITIVE_INFINITY;
      }
    }
  }

  /** Asks for an amount that no call waits for yet. */
  async #ask(lease: Lease, amount: number): Promise<void> {
    lease.wanted += amount;
    lease.leastWanted = Math.min(lease.leastWanted, amount);
    await this.#renew(lease);
    lease.wanted -= amount;
    if (lease.wanted === 0) lease.leastWanted = Number.POSITIVE_INFINITY;
  }

  /** Asks for what calls wait for and a new lease. One renewal of a lease is under way at a time. */
  #renew(lease: Lease): Promise<unknown> {
    lease.renewal ??= this.#askMore(lease).finally(() => {
      lease.renewal = undefined;
    });
    return lease.renewal;
  }

  async #askMore(lease: Lease): Promise<void> {
    const { keeper, link, leaseShare, monotonic } = this.#parts;
    const { hold, wanted, leastWanted } = lease;
    const spare = lease.size(leaseShare);
    lease.toldTick = this.#tick;
    // What was reserved for calls and came back is part of the next lease.
    const kept = await keeper.keep(hold, wanted + spare, Math.min(leastWanted, wanted));
    if (kept === "failed") return;
    lease.low = Math.min(spare, Math.max(0, hold.free - wanted)) / 4;
    lease.denied = undefined;
    if (kept !== "kept") {
      this.#learner.forget(lease.limit.key);
      this.#deny(lease, refusalOf(kept, lease.limit, link.now()), leastWanted);
    } else if (hold.isShort && hold.free < wanted)
      // Not where others have drawn what came while the answer was on its way: then it is asked for again.
      this.#deny(lease, limitRefusal(lease, Math.min(wanted, leastWanted), link.now()), hold.free + 1);
    lease.deniedUntil = monotonic() + deniedMs;
  }

  #deny(lease: Lease, refusal: QuotaRefusal, from: number): void {
    lease.denied = refusal;
    lease.deniedFrom = from;
  }

  #start(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = setInterval(() => this.#passTime(), tickMs);
    unref(this.#timer);
  }

  /** Gives back leases that are not used, and tells the store of those that are. */
  #passTime(): void {
    this.#tick += 1;
    const tick = this.#tick;
    for (const [id, call] of this.#calls) {
      if (tick - call.tick < lostCallTicks) break;
      // It was never settled: the money may be gone.
      this.settle(id, call.spent + call.held, 0);
    }
    const { link, keeper, leaseShare } = this.#parts;
    for (const lease of this.#leases.all()) {
      const { hold } = lease;
      if (lease.renewal !== undefined || lease.wanted > 0) continue;
      const isOver = link.now() >= lease.windowEndsAt;
      const isIdle = tick - lease.usedTick >= idleTicks && !this.#turns.keeps(lease.limit.key);
      if (isOver || (isIdle && hold.held === 0)) this.#leases.drop(lease);
      else if (!link.isUp) continue;
      // What calls do not hold is given back also while one goes on for long.
      else if (isIdle && hold.free > 0) void keeper.keep(hold, 0);
      else if (tick - lease.toldTick >= tellTicks) {
        lease.toldTick = tick;
        // It shrinks with what is left.
        if (hold.free > 0 || hold.held > 0)
          void keeper.keep(hold, Math.min(Math.max(0, hold.free), lease.size(leaseShare)));
      }
    }
    this.#turns.pass(tick, this.#leases.all());
    if (this.#leases.size > 0 || this.#calls.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
