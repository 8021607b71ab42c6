import type { WindowName } from "../../status/window-names.ts";
import type { ServedDashboard } from "./served-dashboard.ts";

export interface FeedOptions {
  readonly window: WindowName;
  /** Value of `last-event-id`: what the page has from a connection before. */
  readonly lastEventId: string | null;
  /** Called once when the feed has ended, on whichever side. */
  readonly onEnd: () => void;
}

/** Time between two frames in milliseconds: what is recorded meanwhile comes together. */
const frameMs = 500;
/** Time after which a frame comes although nothing was recorded: figures grow old, and states change by themselves. */
const renewMs = 5_000;
/** Longest time for which a page may take nothing, in milliseconds. */
const stalledMs = 30_000;

const over: IteratorResult<string> = { done: true, value: undefined };

/**
 * Frames as server-sent events. Nothing waits for a page that reads slowly: it has a place in the recording, and gets
 * at its next read what is new then. One that takes nothing for 30 seconds is ended.
 */
export class Feed implements AsyncIterator<string> {
  readonly #dashboard: ServedDashboard;
  readonly #window: FeedOptions["window"];
  readonly #onEnd: () => void;
  #seq = 0;
  #statesSeq = 0;
  #changes = Number.NaN;
  #sentAt = Number.NEGATIVE_INFINITY;
  #isOver = false;
  #wake: (() => void) | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(dashboard: ServedDashboard, { window, lastEventId, onEnd }: FeedOptions) {
    this.#dashboard = dashboard;
    this.#window = window;
    this.#onEnd = onEnd;
    const [epoch, seq] = lastEventId?.split("/") ?? [];
    // States come again: they may be another recording's with the same number.
    if (epoch === dashboard.epoch && /^\d{1,15}$/.test(seq ?? "")) this.#seq = Number(seq);
    this.#wait();
  }

  async next(): Promise<IteratorResult<string>> {
    clearTimeout(this.#idle);
    while (!this.#isOver) {
      const now = performance.now();
      const due = this.#sentAt + frameMs - now;
      if (due > 0) await this.#sleep(due);
      else if (this.#dashboard.changes !== this.#changes || now - this.#sentAt >= renewMs) {
        this.#changes = this.#dashboard.changes;
        this.#sentAt = now;
        let text: string;
        try {
          text = await this.#frame();
        } catch (error) {
          await this.return();
          throw error;
        }
        if (this.#isOver) break;
        this.#wait();
        return { done: false, value: text };
      } else await this.#sleep(frameMs);
    }
    return over;
  }

  /** Ends the feed, also a read under way. May be called more than once. */
  async return(): Promise<IteratorResult<string>> {
    if (!this.#isOver) {
      this.#isOver = true;
      clearTimeout(this.#idle);
      this.#wake?.();
      this.#onEnd();
    }
    return over;
  }

  async #frame(): Promise<string> {
    const asked = { window: this.#window, seq: this.#seq, statesSeq: this.#statesSeq };
    const frame = await this.#dashboard.frame(asked);
    this.#seq = frame.seq;
    this.#statesSeq = frame.statesSeq;
    return `id: ${this.#dashboard.epoch}/${frame.seq}\ndata: ${JSON.stringify(frame)}\n\n`;
  }

  #wait(): void {
    this.#idle = setTimeout(() => void this.return(), stalledMs);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
