import { errorType } from "../../contracts/errors/index.ts";
import { isRouterError, type Store, StoreError } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import { systemCode } from "../../plugin/http/system-code.ts";
import { unref } from "../../plugin/unref.ts";
import { Deadlines } from "./deadlines.ts";
import { isCount, isTime } from "./read-answers.ts";
import { UsualTime } from "./usual-time.ts";

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
  readonly #deadlines = new Deadlines(patienceMs);
  #anchor: Anchor | undefined;
  readonly #usual = new UsualTime();
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
   * Returns the longest time in milliseconds that a request waits for the store: `timeoutMs`, or longer where its answers take
   * longer. Until the first answer it is a second at least, since a client that connects while a process starts has not failed.
   */
  patienceMs(timeoutMs: number): number {
    if (this.#answers === 0) return Math.max(timeoutMs, patienceMs);
    return Math.max(timeoutMs, Math.min(patienceMs, this.#usual.mostMs));
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
  ask<T>(
    call: (store: Store) => Promise<unknown>,
    read: (answer: unknown) => T | undefined,
    always = false,
  ): Promise<T | undefined> {
    if (!this.isUp && !always) return Promise.resolve(undefined);
    // One promise and no timer of its own: in strict mode these are most of what a call costs this process.
    return new Promise((resolve) => {
      const { store, clock } = this.#options;
      const sentAt = clock.monotonic();
      const fail = (error: unknown): void => {
        this.#fail(error);
        resolve(undefined);
      };
      try {
        const work = call(store);
        const deadline = this.#deadlines.begin(() =>
          fail(new StoreError(this.#options.store.name, "late", `did not answer within ${patienceMs} ms`)),
        );
        const onAnswer = (answer: unknown): void => {
          if (!this.#deadlines.end(deadline)) return;
          try {
            resolve(this.#read(answer, read, sentAt));
          } catch (error) {
            fail(error);
          }
        };
        const onError = (error: unknown): void => {
          if (this.#deadlines.end(deadline)) fail(error);
        };
        Promise.resolve(work).then(onAnswer, onError);
      } catch (error) {
        fail(error);
      }
    });
  }

  /** Throws if it is not an answer. */
  #read<T>(answer: unknown, read: (answer: unknown) => T | undefined, sentAt: number): T {
    const found = read(answer);
    if (found === undefined)
      throw new StoreError(this.#options.store.name, "failed", "gave an answer that cannot be read");
    this.#answers += 1;
    this.#usual.add(this.#options.clock.monotonic() - sentAt);
    const { nowMs } = found as { readonly nowMs?: unknown };
    if (isTime(nowMs)) this.#setClock(nowMs, sentAt);
    return found;
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
      this.#options.onFailed(isRouterError(error) ? error : failedBy(this.#options.store.name, error));
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

function readStatus(answer: unknown): { readonly epoch: string; readonly nowMs: number } | undefined {
  const { epoch, nowMs, formatVersion } = (answer ?? {}) as Record<string, unknown>;
  if (typeof epoch !== "string" || epoch === "" || !isTime(nowMs) || !isCount(formatVersion))
    return undefined;
  return { epoch, nowMs };
}

/** A foreign error's text may hold an address with a password: its code says enough. */
function failedBy(store: string, cause: unknown): StoreError {
  return new StoreError(store, "failed", `failed (${systemCode(cause) ?? errorType(cause)})`, { cause });
}
