import type { QuotaLimit } from "../../contracts/index.ts";
import type { QuotaDesk, QuotaRefusal, QuotaRequest } from "../../contracts/ports/index.ts";
import { Deadlines } from "../records/deadlines.ts";
import { storeLimit } from "../records/store-key.ts";
import { late, refusalOf, storeRefusal, within, withinDeadline } from "../records/waiting.ts";
import type { DeskParts } from "./desk-parts.ts";
import { Hold } from "./hold.ts";
import { LeftLearner } from "./left-learner.ts";
import { LeftRefresher } from "./left-refresher.ts";

/** Calls under way at most. Further ones are refused. */
const mostCalls = 100_000;
/** Longest time of a call in milliseconds; one that was never settled is counted as spent then. */
const longestCallMs = 1_800_000;

interface Call {
  readonly hold: Hold;
  readonly limits: readonly QuotaLimit[];
  readonly begunAt: number;
}

/** A desk that reserves in the store before each call, and tells it afterwards what the call has spent. */
export class StrictDesk implements Omit<QuotaDesk, "store" | "tellSpent" | "used"> {
  readonly #parts: DeskParts;
  readonly #calls = new Map<string, Call>();
  readonly #refresher: LeftRefresher;
  readonly #learner: LeftLearner;

  readonly #deadlines: Deadlines;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#deadlines = new Deadlines(parts.timeoutMs);
    this.#refresher = new LeftRefresher(parts);
    this.#learner = new LeftLearner(parts);
  }

  now(wall: number): number {
    const { link } = this.#parts;
    return link.knowsTime ? link.now() : wall;
  }

  left(limit: QuotaLimit): number {
    const { key } = limit;
    const known = this.#learner.left(key);
    if (known === undefined) return Number.POSITIVE_INFINITY;
    this.#refresher.refresh(limit, (left) => this.#remember(key, left));
    return known;
  }

  learn(limits: () => readonly QuotaLimit[], mostMs: number): Promise<void> | undefined {
    return this.#parts.link.isUp ? this.#learner.learn(limits, mostMs) : undefined;
  }

  reserve({ id, amount, limits, lapse }: QuotaRequest): true | QuotaRefusal | Promise<true | QuotaRefusal> {
    if (this.#calls.has(id)) return true;
    if (!(Number.isSafeInteger(amount) && amount >= 0)) return { key: limits[0]?.key, why: "too-large" };
    if (limits.length === 0) return true;
    this.#forgetLost();
    if (this.#calls.size >= mostCalls) return storeRefusal;
    const { link, namespace, newId, down, monotonic } = this.#parts;
    if (!link.isUp && down === "closed") return storeRefusal;
    const hold = new Hold(
      newId(),
      limits.map((limit) => storeLimit(namespace, limit)),
      false,
      lapse,
    );
    hold.held = amount;
    this.#calls.set(id, { hold, limits, begunAt: monotonic() });
    return link.isUp ? this.#ask(id, amount, limits, hold) : true;
  }

  settle(id: string, spent: number, keep: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    const { hold } = call;
    // A NaN counts as all that was reserved: the money may be gone.
    const total = Number.isNaN(spent)
      ? hold.spent + hold.held
      : Math.min(Math.ceil(spent), Number.MAX_SAFE_INTEGER);
    const delta = Math.max(0, total - hold.spent);
    hold.spent += delta;
    hold.held = keep > 0 ? Math.min(Math.floor(keep), Math.max(0, hold.held - delta)) : 0;
    const { keeper } = this.#parts;
    if (hold.held === 0) this.#calls.delete(id);
    const before = hold.left;
    const told = hold.held > 0 ? keeper.tell(hold) : keeper.retire(hold);
    // What the call gave back is left at once.
    void told?.then(() => {
      if (hold.left !== before) this.#note(call.limits, hold);
    });
  }

  /** Each call is told of as it ends. */
  tell(): undefined {}

  /** Returns the holds to tell when the store is back. */
  *holds(): Generator<Hold> {
    for (const { hold } of this.#calls.values()) yield hold;
  }

  close(): void {}

  async #ask(
    id: string,
    amount: number,
    limits: readonly QuotaLimit[],
    hold: Hold,
  ): Promise<true | QuotaRefusal> {
    const { link, keeper, timeoutMs } = this.#parts;
    const { answers } = link;
    const patienceMs = link.patienceMs(timeoutMs);
    const keeping = keeper.keep(hold, 0, amount);
    const kept = await (patienceMs === timeoutMs
      ? withinDeadline(keeping, this.#deadlines)
      : within(keeping, patienceMs));
    if (kept === late) link.silent(answers);
    else if (kept !== "failed") this.#note(limits, hold);
    if (kept === "kept" && hold.granted >= amount) return true;
    if (kept !== late && kept !== "failed" && kept !== "kept") {
      this.#calls.delete(id);
      const at = hold.limits.findIndex(({ key }) => key === kept.key);
      const limit = limits[at] ?? (limits[0] as QuotaLimit);
      hold.held = 0;
      hold.isRetired = true;
      // Sent again while the refusal was on its way, as all that is held is to a store that is back: it may be granted by now.
      if (hold.flight !== undefined) keeper.retire(hold);
      // The store has less left than this call needs, and does not say how much.
      if (kept.why === "limit") this.#learner.forget(limit.key);
      return refusalOf(kept, limit, kept.nowMs);
    }
    if (this.#parts.down === "open") return true;
    // It may have been reserved anyway.
    this.#calls.delete(id);
    hold.held = 0;
    keeper.retire(hold);
    return storeRefusal;
  }

  #note(limits: readonly QuotaLimit[], hold: Hold): void {
    for (const [at, { key }] of limits.entries()) {
      const left = hold.left[at];
      if (left !== undefined) this.#remember(key, left);
    }
  }

  #remember(key: string, left: number): void {
    this.#refresher.told(key);
    this.#learner.note(key, left);
  }

  /** Counts as spent what was never settled: the money may be gone. */
  #forgetLost(): void {
    for (const [id, { hold, begunAt }] of this.#calls) {
      if (this.#parts.monotonic() - begunAt < longestCallMs) return;
      this.settle(id, hold.spent + hold.held, 0);
    }
  }
}
