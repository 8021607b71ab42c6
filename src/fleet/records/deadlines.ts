import { unref } from "../../plugin/unref.ts";

/**
 * Lateness of a timer in milliseconds from which this process counts as having stood still, for instance while it read a
 * large answer. What came in meanwhile has not been read yet: a wait then begins once more, since the other side may have
 * answered long ago.
 */
export const stillMs = 5;

/** A wait that is under way. */
export interface Deadline {
  at: number;
  isLonger: boolean;
  readonly onLate: () => void;
}

/** Waits of one length, in the order in which they began: one timer serves all, since a timer for each costs as much as a call. */
export class Deadlines {
  readonly ms: number;
  readonly #waiting = new Set<Deadline>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number) {
    this.ms = ms;
  }

  /**
   * Calls `onLate` after `ms`, or twice that where this process stood still, unless the wait has ended by then. The timer
   * keeps no process alive.
   */
  begin(onLate: () => void): Deadline {
    const deadline = { at: performance.now() + this.ms, isLonger: false, onLate };
    this.#waiting.add(deadline);
    if (this.#timer === undefined) this.#start(this.ms);
    return deadline;
  }

  /** Ends a wait. Returns false if it has ended before, by itself too. */
  end(deadline: Deadline): boolean {
    return this.#waiting.delete(deadline);
  }

  #start(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.ceil(ms));
    unref(this.#timer);
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const deadline of this.#waiting) {
      if (deadline.at > now) {
        this.#start(deadline.at - now);
        return;
      }
      this.#waiting.delete(deadline);
      if (deadline.isLonger || now - deadline.at < stillMs) deadline.onLate();
      else this.#prolong(deadline, now);
    }
  }

  /** Last in the order again, since all waits are of one length. */
  #prolong(deadline: Deadline, now: number): void {
    deadline.at = now + this.ms;
    deadline.isLonger = true;
    this.#waiting.add(deadline);
  }
}
