import type { QuotaLimit } from "../../contracts/index.ts";
import { storeKey } from "../records/store-key.ts";
import type { DeskParts } from "./desk-parts.ts";
import { readTaken } from "./left-learner.ts";

/** Age in milliseconds from which what is known to be left of a limit is asked for again. */
const freshMs = 250;
/** Keys of which the time of the last question is remembered. */
const mostKeys = 10_000;

/**
 * Keeps what is left of limits from being believed without end. Calls that do not fit are refused without asking the
 * store, so nothing else would tell that a budget was reset, or that other processes gave back what they had reserved.
 */
export class LeftRefresher {
  readonly #parts: Pick<DeskParts, "link" | "namespace" | "monotonic">;
  readonly #askedAt = new Map<string, number>();

  constructor(parts: Pick<DeskParts, "link" | "namespace" | "monotonic">) {
    this.#parts = parts;
  }

  /** Says that the store has just told what is left. */
  told(key: string): void {
    this.#askedAt.delete(key);
    this.#askedAt.set(key, this.#parts.monotonic());
    if (this.#askedAt.size <= mostKeys) return;
    for (const oldest of this.#askedAt.keys()) {
      this.#askedAt.delete(oldest);
      return;
    }
  }

  /** Asks for what is left unless it was told recently, and passes it on when it is. Returns at once. */
  refresh({ key, limit }: QuotaLimit, then: (left: number) => void): void {
    const { link, namespace, monotonic } = this.#parts;
    if (!link.isUp || monotonic() - (this.#askedAt.get(key) ?? Number.NEGATIVE_INFINITY) < freshMs) return;
    this.told(key);
    void link
      .ask((store) => store.quotas.read([storeKey(namespace, key)]), taken)
      .then((used) => {
        if (used !== undefined) then(Math.max(0, limit - used));
      });
  }
}

function taken(answer: unknown): number | undefined {
  return readTaken(answer, 1)?.[0];
}
