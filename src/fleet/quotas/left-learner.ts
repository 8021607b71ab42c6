import type { QuotaLimit, QuotaState } from "../../contracts/index.ts";
import { isCount } from "../records/read-answers.ts";
import { storeKey } from "../records/store-key.ts";
import { late, within } from "../records/waiting.ts";
import type { DeskParts } from "./desk-parts.ts";

/** Age in milliseconds from which what was left of a limit is not believed, but asked for again. */
const trustMs = 2_000;
/** Limits that are remembered at most. */
const mostKeys = 10_000;
/** Most questions under way. Beyond, requests are decided without an answer. */
const mostAsking = 10_000;

interface Known {
  left: number;
  at: number;
  /** Time at which it came last in the map. */
  readonly movedAt: number;
}

/**
 * Remembers what the store had left of limits, and asks for it before a request is decided: otherwise a call would be
 * refused by the store that fits with a lower output limit, and no soft limit would hold for the first request.
 */
export class LeftLearner {
  readonly #parts: Pick<DeskParts, "link" | "namespace" | "monotonic" | "timeoutMs">;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<void>>();

  constructor(parts: Pick<DeskParts, "link" | "namespace" | "monotonic" | "timeoutMs">) {
    this.#parts = parts;
  }

  /** Returns what was left a short time ago; undefined if that is not known. */
  left(key: string): number | undefined {
    const known = this.#known.get(key);
    return known !== undefined && this.#parts.monotonic() - known.at < trustMs ? known.left : undefined;
  }

  note(key: string, left: number): void {
    const at = this.#parts.monotonic();
    const known = this.#known.get(key);
    if (known !== undefined) {
      known.left = left;
      known.at = at;
      if (at - known.movedAt < trustMs) return;
    }
    // The oldest stand first.
    this.#known.delete(key);
    this.#known.set(key, { left, at, movedAt: at });
    if (this.#known.size <= mostKeys) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }

  /** Forgets what was left, since the store has refused what should have fitted. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  /** Asks for limits that are not known. Resolves when they are, or after `mostMs` or the desk's time limit. */
  async learn(limits: () => readonly QuotaLimit[], mostMs: number): Promise<void> {
    const { link } = this.#parts;
    const patienceMs = link.patienceMs(this.#parts.timeoutMs);
    const ms = Math.min(patienceMs, mostMs);
    const { answers } = link;
    if ((await within(this.#ask(limits), ms)) !== late) return;
    // A request's own deadline says nothing about the store.
    if (ms >= patienceMs) link.silent(answers);
  }

  async #ask(limits: () => readonly QuotaLimit[]): Promise<void> {
    const { link } = this.#parts;
    // The store's time decides which window is asked for.
    if (!link.knowsTime) await link.ask((store) => store.status(), readAny);
    const asked: Promise<void>[] = [];
    const unknown: QuotaLimit[] = [];
    for (const limit of limits()) {
      const asking = this.#asking.get(limit.key);
      if (asking !== undefined) asked.push(asking);
      else if (this.left(limit.key) === undefined) unknown.push(limit);
    }
    if (unknown.length > 0 && this.#asking.size < mostAsking) {
      const reading = this.#read(unknown);
      for (const { key } of unknown) this.#asking.set(key, reading);
      asked.push(reading);
    }
    await Promise.all(asked);
  }

  async #read(limits: readonly QuotaLimit[]): Promise<void> {
    const { link, namespace } = this.#parts;
    const keys = limits.map(({ key }) => storeKey(namespace, key));
    const taken = await link.ask(
      (store) => store.quotas.read(keys),
      (answer) => readTaken(answer, keys.length),
    );
    limits.forEach(({ key, limit }, at) => {
      this.#asking.delete(key);
      const used = taken?.[at];
      if (used !== undefined) this.note(key, Math.max(0, limit - used));
    });
  }
}

/** Reads the answer to a `read`: what is used and open of each key, together; undefined if it is not an answer. */
export function readTaken(answer: unknown, count: number): readonly number[] | undefined {
  return readStates(answer, count)?.map(({ used, open }) => used + open);
}

/** Reads the same apart. */
export function readStates(answer: unknown, count: number): readonly QuotaState[] | undefined {
  if (!Array.isArray(answer) || answer.length !== count) return undefined;
  const states: QuotaState[] = [];
  for (const one of answer as readonly unknown[]) {
    const { used, open } = (one ?? {}) as { readonly used?: unknown; readonly open?: unknown };
    if (!isCount(used) || !isCount(open)) return undefined;
    states.push({ used, open });
  }
  return states;
}

function readAny(answer: unknown): object | undefined {
  return typeof answer === "object" && answer !== null ? answer : undefined;
}
