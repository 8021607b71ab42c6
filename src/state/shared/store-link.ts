import { type Store, StoreError } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import { dropPromises } from "../../plugin/index.ts";
import { isCount, isTime } from "./read-answers.ts";

/** Longest time that a call to the store may take before it counts as failed, in milliseconds. */
const patienceMs = 1_000;
/** First and longest wait before a store that failed is asked again. */
const firstProbeMs = 50;
const longestProbeMs = 5_000;
/** Age in milliseconds from which a slower answer may set the clock, since clocks drift. */
const anchorAgeMs = 30_000;

export interface StoreLinkOptions {
  readonly store: Store;
  readonly clock: Pick<Clock, "wall" | "monotonic">;
  /** Called when the store begins to fail. */
  readonly onFailed: (error: unknown) => void;
  /** Called when it answers again, or when it has lost data without having failed. */
  readonly onBack: (back: StoreBack) => void;
}

export interface StoreBack {
  readonly downMs: number;
  /** True if the store's epoch differs: it was restarted, and data may be lost. */
  readonly isOtherEpoch: boolean;
}

interface Anchor {
  readonly nowMs: number;
  readonly at: number;
  readonly roundTripMs: number;
}

/**
 * The way to a store: no call rejects, none is waited for without end, and what is not a valid answer counts as none.
 * While the store fails nothing is sent but one `status()` from time to time.
 */
export class StoreLink {
  readonly #options: StoreLinkOptions;
  #anchor: Anchor | undefined;
  #epochName: string | undefined;
  /** Number of the store's epochs so far. */
  epoch = 0;
  #answers = 0;
  #failedAt: number | undefined;
  #probeMs = firstProbeMs;
  #probe: ReturnType<typeof setTimeout> | undefined;
  #asksStatus = false;
  #askedStatusAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: StoreLinkOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#failedAt === undefined;
  }

  /**
   * Returns the longest time in milliseconds that a request waits for the store: longer until the first answer, since a
   * client that connects while a process starts has not failed.
   */
  patienceMs(timeoutMs: number): number {
    return this.#answers === 0 ? Math.max(timeoutMs, patienceMs) : timeoutMs;
  }

  /** Number of answers so far, for `silent`. */
  get answers(): number {
    return this.#answers;
  }

  /** Returns the store's time in milliseconds since the epoch; until its first answer, that of this machine. */
  now(): number {
    const { clock } = this.#options;
    const anchor = this.#anchor;
    // By steps of the monotonic clock: a time of day that drifts or is set back moves nothing.
    return anchor === undefined ? clock.wall() : anchor.nowMs + (clock.monotonic() - anchor.at);
  }

  /** True once the store has told its time. */
  get knowsTime(): boolean {
    return this.#anchor !== undefined;
  }

  /**
   * Asks the store, and resolves with what `read` makes of the answer. Resolves with undefined if there is no valid
   * one in time. Never rejects.
   */
  async ask<T>(
    call: (store: Store) => Promise<unknown>,
    read: (answer: unknown) => T | undefined,
    always = false,
  ): Promise<T | undefined> {
    if (!this.isUp && !always) return undefined;
    const { store, clock } = this.#options;
    const sentAt = clock.monotonic();
    try {
      const answer = read(await within(call(store), patienceMs));
      if (answer === undefined)
        throw new StoreError(store.name, "failed", "gave an answer that cannot be read");
      this.#answers += 1;
      const { nowMs } = answer as { readonly nowMs?: unknown };
      if (isTime(nowMs)) this.#setClock(nowMs, sentAt);
      return answer;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  /** Says that a request has waited in vain since there were `answers`: a store that gave no answer to any call has failed. */
  silent(answers: number): void {
    if (answers === this.#answers)
      this.#fail(new StoreError(this.#options.store.name, "failed", "did not answer in time"));
  }

  /** Asks for epoch and time, at most once a second. */
  check(): void {
    const waitMs = this.#askedStatusAt + 1_000 - this.#options.clock.monotonic();
    if (waitMs > 0) this.#probeIn(waitMs);
    else if (!this.#closed && !this.#asksStatus) void this.#status();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#probe);
  }

  async #status(): Promise<void> {
    this.#asksStatus = true;
    this.#askedStatusAt = this.#options.clock.monotonic();
    const found = await this.ask((store) => store.status(), readStatus, true);
    this.#asksStatus = false;
    if (found === undefined) return;
    const isOtherEpoch = this.#epochName !== undefined && this.#epochName !== found.epoch;
    this.#epochName = found.epoch;
    if (isOtherEpoch) this.epoch += 1;
    const failedAt = this.#failedAt;
    this.#failedAt = undefined;
    this.#probeMs = firstProbeMs;
    const downMs = failedAt === undefined ? 0 : Math.max(0, this.#options.clock.monotonic() - failedAt);
    if (failedAt !== undefined || isOtherEpoch) this.#options.onBack({ downMs, isOtherEpoch });
  }

  #setClock(nowMs: number, sentAt: number): void {
    const at = this.#options.clock.monotonic();
    const roundTripMs = Math.max(0, at - sentAt);
    const known = this.#anchor;
    // The quickest answer tells the time best.
    if (known !== undefined && roundTripMs > known.roundTripMs && at - known.at < anchorAgeMs) {
      // Unless the clocks have come apart, for instance because this machine was suspended.
      const drift = nowMs - (known.nowMs + (at - known.at));
      if (drift <= roundTripMs + 1 && drift >= -roundTripMs - 1) return;
    }
    this.#anchor = { nowMs: nowMs + roundTripMs / 2, at, roundTripMs };
  }

  #fail(error: unknown): void {
    if (this.#failedAt === undefined) {
      this.#failedAt = this.#options.clock.monotonic();
      this.#options.onFailed(error);
    }
    if (this.#closed || this.#probe !== undefined) return;
    this.#probeIn(this.#probeMs);
    // Apart, so that a fleet does not come back at one moment.
    this.#probeMs = Math.min(longestProbeMs, this.#probeMs * (1.5 + Math.random()));
  }

  #probeIn(ms: number): void {
    if (this.#closed || this.#probe !== undefined) return;
    this.#probe = setTimeout(() => {
      this.#probe = undefined;
      if (!this.#asksStatus) void this.#status();
    }, ms);
    unref(this.#probe);
  }
}

/** Settles like `work`, and rejects after `ms`. The timer keeps no process alive. */
function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      dropPromises(work);
      reject(new Error(`no answer within ${ms} ms`));
    }, ms);
    unref(timer);
    Promise.resolve(work).then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** Lets the process end while a timer waits. Outside Node a timer is a number. */
export function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}

function readStatus(answer: unknown): { readonly epoch: string; readonly nowMs: number } | undefined {
  const { epoch, nowMs, formatVersion } = (answer ?? {}) as Record<string, unknown>;
  if (typeof epoch !== "string" || epoch === "" || !isTime(nowMs) || !isCount(formatVersion))
    return undefined;
  return { epoch, nowMs };
}
