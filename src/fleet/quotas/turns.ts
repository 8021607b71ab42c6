import type { QuotaLimit } from "../../contracts/index.ts";
import { storeKey } from "../records/store-key.ts";
import type { DeskParts } from "./desk-parts.ts";
import type { Lease } from "./lease.ts";
import { readTaken } from "./left-learner.ts";

/** Limits of which this process waits for its turn, or knows whose turn it is, at most. */
const mostTurns = 1_000;
const mostWaiting = 100;
/** Ticks of half a second: between two looks at who waits, of standing back at most, of waiting, and of keeping what came. */
const lookTicks = 4;
const awayTicks = 8;
const waitTicks = 64;
const keepTicks = 60;
/** Time after which the store forgets that a process waits, unless it says so again. */
const waitTtlMs = 4_000;
const sayTicks = 5;
/** A count of the waiting is of use for no longer. */
const countMs = 120_000;
/** Limits of which the store is asked at once: two keys each. */
const mostLooks = 100;

/** State of the turns at one limit, as this process knows it. */
interface Turn {
  /** Id under which the store counts this process among the waiting. */
  id: string | undefined;
  /** Amount of the call that is waited for, and uses of the lease by then. */
  need: number;
  uses: number;
  waitsUntil: number;
  saidTick: number;
  /** Until then other processes have their turn. */
  awayUntil: number;
  /** True if this process was served while others still waited. */
  isServed: boolean;
  lookedTick: number;
  /** Until then the lease is kept although it is not used. */
  keptUntil: number;
}

/** Work of turns on leases. */
export interface TurnsOf {
  readonly leaseOf: (key: string) => Lease | undefined;
  /** Asks the store for an amount beyond what calls ask for. */
  readonly ask: (lease: Lease, amount: number) => Promise<unknown>;
  /** Gives back what is free of a lease but for an amount; if that is 0, all of it as its calls end. */
  readonly giveBack: (lease: Lease, keep: number) => void;
}

/**
 * Turns of processes at a limit that is nearly used up. A process that is refused what others hold says so in the store,
 * under a key of its own next to the limit's, and goes on asking for the amount of one call. The others look there while
 * little is left; while one waits they give back what they hold as their calls end, and take nothing. Each is served once
 * before any is served again. Where much is left nothing of this asks the store.
 */
export class Turns {
  readonly #parts: Pick<DeskParts, "link" | "namespace" | "newId">;
  readonly #of: TurnsOf;
  readonly #turns = new Map<string, Turn>();
  #waiting = 0;
  #tick = 0;

  constructor(parts: Pick<DeskParts, "link" | "namespace" | "newId">, of: TurnsOf) {
    this.#parts = parts;
    this.#of = of;
  }

  /** True while others have their turn at a limit. */
  isAway(key: string): boolean {
    return (this.#turns.get(key)?.awayUntil ?? 0) > this.#tick;
  }

  /** True if the lease of a limit is kept although it is not used. */
  keeps(key: string): boolean {
    const turn = this.#turns.get(key);
    return turn !== undefined && (turn.id !== undefined || turn.keptUntil > this.#tick);
  }

  /** Says that the store has refused an amount for lack of room. */
  refused({ limit, uses }: Lease, need: number): void {
    const turn = this.#turnAt(limit.key);
    if (turn === undefined || turn.id !== undefined || turn.lookedTick === this.#tick) return;
    turn.lookedTick = this.#tick;
    turn.need = need;
    turn.uses = uses;
    void this.#look([limit]).then((found) => {
      const seen = found?.[0];
      if (seen === undefined || turn.id !== undefined || isUsedUp(limit, seen.used, need)) return;
      if (turn.isServed && seen.others > 0) this.#standBack(limit.key, turn);
      else this.#wait(limit, turn);
    });
  }

  /** Passes a tick: asks for what is waited for, and looks at whether others wait where little is left. */
  pass(tick: number, leases: Iterable<Lease>): void {
    this.#tick = tick;
    if (!this.#parts.link.isUp) return;
    for (const [key, turn] of this.#turns) {
      const isOver = turn.awayUntil <= tick && turn.keptUntil <= tick && tick - turn.lookedTick > waitTicks;
      if (turn.id !== undefined) this.#goOn(key, turn);
      else if (isOver) this.#turns.delete(key);
    }
    const near: QuotaLimit[] = [];
    for (const { hold, limit, uses } of leases) {
      const [left] = hold.left;
      const isNear = left !== undefined && left < hold.granted;
      const turn = this.#turns.get(limit.key);
      // What came has been used.
      if (turn !== undefined && turn.id === undefined && uses !== turn.uses) turn.keptUntil = 0;
      const isAway = turn !== undefined && turn.awayUntil > tick;
      if (
        (!isNear && !isAway) ||
        (!isAway && tick - (turn?.lookedTick ?? Number.NEGATIVE_INFINITY) < lookTicks)
      )
        continue;
      if (turn === undefined && this.#turnAt(limit.key) === undefined) continue;
      near.push(limit);
    }
    for (let from = 0; from < near.length; from += mostLooks)
      void this.#lookAt(near.slice(from, from + mostLooks));
  }

  async #lookAt(limits: readonly QuotaLimit[]): Promise<void> {
    for (const { key } of limits) {
      const turn = this.#turns.get(key);
      if (turn !== undefined) turn.lookedTick = this.#tick;
    }
    const found = await this.#look(limits);
    limits.forEach(({ key }, at) => {
      const turn = this.#turns.get(key);
      const seen = found?.[at];
      if (turn === undefined || seen === undefined) return;
      if (seen.others === 0) {
        turn.isServed = false;
        turn.awayUntil = 0;
      } else if (turn.id === undefined) this.#standBack(key, turn);
    });
  }

  /** Leaves what is there to others for a while, and then takes part again for at least as long as a look takes to come. */
  #standBack(key: string, turn: Turn): void {
    if (turn.awayUntil <= this.#tick) {
      turn.awayUntil = this.#tick + awayTicks;
      turn.isServed = false;
    }
    const lease = this.#of.leaseOf(key);
    // Of what came in its own turn it keeps one call's amount.
    if (lease !== undefined) this.#of.giveBack(lease, turn.keptUntil > this.#tick ? turn.need : 0);
  }

  #wait(limit: QuotaLimit, turn: Turn): void {
    if (this.#waiting >= mostWaiting) return;
    this.#waiting += 1;
    turn.id = this.#parts.newId();
    turn.waitsUntil = this.#tick + waitTicks;
    void this.#say(limit, turn);
  }

  /** Says that this process waits, for as long as the store remembers it. */
  async #say({ key }: QuotaLimit, turn: Turn, isAgain = false): Promise<void> {
    const { link, namespace } = this.#parts;
    const { id } = turn;
    if (id === undefined) return;
    turn.saidTick = this.#tick;
    const windowEndsAt = Math.ceil(link.now()) + countMs;
    const limits = [{ key: waitKey(namespace, key), limit: Number.MAX_SAFE_INTEGER, windowEndsAt }];
    const said = await link.ask(
      ({ quotas }) =>
        isAgain
          ? quotas.settle({ id, spent: 0, keep: 1, ttlMs: waitTtlMs })
          : quotas.reserve({ id, amount: 1, limits, ttlMs: waitTtlMs, lapse: "return" }),
      (answer) => answer,
    );
    if (said === "lapsed") await this.#say({ key, limit: 0 }, turn);
  }

  /** Says it again, unless others have used up meanwhile what is waited for. */
  async #sayAgain(limit: QuotaLimit, turn: Turn): Promise<void> {
    turn.saidTick = this.#tick;
    const found = await this.#look([limit]);
    if (found?.[0] !== undefined && isUsedUp(limit, found[0].used, turn.need)) this.#end(turn);
    else await this.#say(limit, turn, true);
  }

  #goOn(key: string, turn: Turn): void {
    const lease = this.#of.leaseOf(key);
    if (lease === undefined || this.#tick >= turn.waitsUntil) this.#end(turn);
    else if (!this.#isServed(turn, lease) && lease.renewal === undefined) {
      if (this.#tick - turn.saidTick >= sayTicks) void this.#sayAgain(lease.limit, turn);
      void this.#of.ask(lease, turn.need).then(() => this.#isServed(turn, lease));
    }
  }

  /** Ends the wait if the amount has come, or a call was served meanwhile. */
  #isServed(turn: Turn, { hold, uses }: Lease): boolean {
    if (turn.id === undefined) return true;
    if (hold.free < turn.need && uses === turn.uses) return false;
    turn.isServed = true;
    turn.keptUntil = uses > turn.uses ? 0 : this.#tick + keepTicks;
    turn.uses = uses;
    this.#end(turn);
    return true;
  }

  #end(turn: Turn): void {
    const { id } = turn;
    if (id === undefined) return;
    turn.id = undefined;
    this.#waiting -= 1;
    void this.#parts.link.ask(
      ({ quotas }) => quotas.settle({ id, spent: 0, keep: 0, ttlMs: waitTtlMs }),
      (said) => said,
    );
  }

  /** Reads what is used of limits, and how many other processes wait. */
  async #look(limits: readonly QuotaLimit[]) {
    const { link, namespace } = this.#parts;
    const keys = limits.flatMap(({ key }) => [storeKey(namespace, key), waitKey(namespace, key)]);
    const waiting = await link.ask(
      (store) => store.quotas.read(keys),
      (said) =>
        readTaken(said, keys.length) === undefined ? undefined : (said as { used: number; open: number }[]),
    );
    return (
      waiting &&
      limits.map(({ key }, at) => {
        const own = this.#turns.get(key)?.id === undefined ? 0 : 1;
        return {
          used: waiting[2 * at]?.used ?? 0,
          others: Math.max(0, (waiting[2 * at + 1]?.open ?? 0) - own),
        };
      })
    );
  }

  #turnAt(key: string): Turn | undefined {
    const known = this.#turns.get(key);
    if (known !== undefined) return known;
    if (this.#turns.size >= mostTurns) return undefined;
    const turn: Turn = {
      id: undefined,
      need: 0,
      uses: 0,
      waitsUntil: 0,
      saidTick: 0,
      awayUntil: 0,
      isServed: false,
      lookedTick: Number.NEGATIVE_INFINITY,
      keptUntil: 0,
    };
    this.#turns.set(key, turn);
    return turn;
  }
}

/** True if what is used of a limit leaves no room for an amount and does not come back, so that there is nothing to wait for. */
function isUsedUp({ limit, refillPerMs }: QuotaLimit, used: number, amount: number): boolean {
  return refillPerMs === undefined && used + amount > limit;
}

function waitKey(namespace: string, key: string): string {
  return storeKey(namespace, `${key}/waits`);
}
