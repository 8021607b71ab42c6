import { longestTimerMs } from "../../../plugin/longest-timer.ts";
import { withTimeLimit } from "../../../plugin/with-time-limit.ts";

/** A credential as its issuer handed it out. */
export interface IssuedCredential<T> {
  readonly value: T;
  /** Time at which it expires, in milliseconds since the epoch. Absent: not known, and it is kept for five minutes. */
  readonly expiresAt?: number | undefined;
}

export interface SharedCredentialOptions<T> {
  /** Obtains a credential. The signal fires when that takes longer than the limit. */
  readonly obtain: (signal: AbortSignal) => Promise<IssuedCredential<T>>;
  /** Longest time that `obtain` may take, in milliseconds. Default 30,000. */
  readonly limitMs?: number | undefined;
  /** Error of an `obtain` that took longer. */
  readonly late: () => Error;
  /** Time of day in milliseconds since the epoch. Default `Date.now`. */
  readonly wall?: (() => number) | undefined;
  /** Milliseconds from any origin, which never go back. Default `performance.now`. */
  readonly monotonic?: (() => number) | undefined;
}

/** A credential that all calls of a model share. */
export interface SharedCredential<T> {
  /** Returns the credential, which is obtained at the first call and again before it expires. */
  read(): Promise<T>;
  /**
   * Says that the platform refused the credential. Returns true if another one will be obtained for the next call:
   * one that was obtained less than a minute ago is kept, so that refusals do not flood its issuer.
   */
  refused(): boolean;
}

const limitMs = 30_000;
/** Lifetime of a credential that does not say when it expires, in milliseconds. */
const unknownLifetimeMs = 300_000;
/**
 * Shortest time that a credential is kept, in milliseconds. By a clock that is ahead each one has expired when it
 * arrives, and the issuer would be asked at each call.
 */
const shortestKeptMs = 10_000;
/** Longest time before its end at which another one is obtained, in milliseconds; at most a fifth of its lifetime. */
const longestAheadMs = 300_000;
/** Pause after an attempt to replace a credential that is still good, in milliseconds. */
const pauseMs = 15_000;
/** Age from which a refused credential is dropped, in milliseconds. */
const droppedFromMs = 60_000;

interface Kept<T> {
  readonly value: T;
  /** Monotonic times: when it came, from when another one is obtained, and from when it no longer counts. */
  readonly since: number;
  readonly renewAt: number;
  readonly endsAt: number;
  /** The same end by the time of day, which also passes while a machine sleeps. */
  readonly expiresAt: number;
}

/**
 * Shares a credential among calls: one request for it however many wait, and another in the background before it
 * expires. A failure is told to those who wait and is not kept. Neither a step of the time of day nor a sleep of the
 * machine makes an expired one count, and an issuer that hangs holds only those who wait, for at most the limit.
 */
export function sharedCredential<T>(options: SharedCredentialOptions<T>): SharedCredential<T> {
  const { wall = Date.now, monotonic = () => performance.now() } = options;
  let kept: Kept<T> | undefined;
  let pending: Promise<T> | undefined;
  let pausedUntil = Number.NEGATIVE_INFINITY;

  async function obtain(): Promise<T> {
    const issued = await withTimeLimit(async (signal) => options.obtain(signal), {
      timeoutMs: options.limitMs ?? limitMs,
      reason: options.late,
      signal: undefined,
    });
    const since = monotonic();
    const { value, expiresAt } = issued;
    const statedMs =
      typeof expiresAt === "number" && Number.isFinite(expiresAt) ? expiresAt - wall() : unknownLifetimeMs;
    const lifetimeMs = Math.min(Math.max(statedMs, shortestKeptMs), longestTimerMs);
    const aheadMs = Math.min(longestAheadMs, lifetimeMs / 5);
    kept = {
      value,
      since,
      renewAt: since + lifetimeMs - aheadMs,
      // A call that starts at the last moment still needs it on its way.
      endsAt: since + lifetimeMs - aheadMs / 10,
      expiresAt: statedMs > shortestKeptMs ? wall() + lifetimeMs : Number.POSITIVE_INFINITY,
    };
    return value;
  }

  function start(): Promise<T> {
    pending ??= obtain().finally(() => {
      pending = undefined;
      pausedUntil = monotonic() + pauseMs;
    });
    return pending;
  }

  return {
    async read() {
      const now = monotonic();
      if (kept === undefined || now >= kept.endsAt || wall() >= kept.expiresAt) return start();
      // The one that is kept serves until its end, whatever becomes of this.
      if (now >= kept.renewAt && now >= pausedUntil) start().catch(() => {});
      return kept.value;
    },
    refused() {
      if (kept === undefined || monotonic() - kept.since < droppedFromMs) return false;
      kept = undefined;
      return true;
    },
  };
}
