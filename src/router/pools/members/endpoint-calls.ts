import { isRouterError, type Load, ProviderError } from "../../../contracts/index.ts";
import type { Aborting } from "../../../plugin/call-abort.ts";
import { onAbort } from "../../../plugin/on-abort.ts";
import type { MemberLife, Verdict } from "../health/member-life.ts";
import type { OwnCalls } from "../load/capacity.ts";
import type { LoadWatch } from "../load/watch-load.ts";
import { waitOf } from "./service-rate.ts";

/** Share of the latest call in the mean time of calls, and in the mean length of outputs. */
const latest = 0.2;
const latestOutput = 0.05;
/** Number of calls whose times are kept. */
const mostTimes = 64;
/** Longest output that is believed, in tokens. */
const mostOutput = 1e7;

/**
 * The calls of one endpoint: they are counted until they end, are aborted or left, whichever comes first. The state of an
 * endpoint outlives its model, which may be made again, and its place in the pool, to which it may come back. `now`:
 * milliseconds on a monotonic clock.
 */
export class EndpointCalls implements OwnCalls {
  /** Load that the engine reports. Absent: it is not watched. */
  watch: LoadWatch | undefined;
  /** Knows whether it answers. Absent: it is not probed. */
  life: MemberLife | undefined;
  readonly #now: () => number;
  #inFlight = 0;
  readonly #sentAt: number[] = [];
  readonly #endedAt: number[] = [];
  #meanMs: number | undefined;
  /** Outputs of calls that ended: their number, and the means of their lengths and of the squares of these. */
  #outputs = 0;
  #meanOutput = 0;
  #meanSquare = 0;
  #busyUntil = Number.NEGATIVE_INFINITY;
  /** Refusals in a row, of which those of calls that were under way together count once. */
  #refusals = 0;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Number of calls under way, at least 0. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get sentAt(): readonly number[] {
    return this.#sentAt;
  }

  get endedAt(): readonly number[] {
    return this.#endedAt;
  }

  get outputTokens(): number | undefined {
    return this.#outputs === 0 ? undefined : this.#meanOutput;
  }

  get outputSpread(): number | undefined {
    return this.#outputs < 2 ? undefined : Math.max(0, this.#meanSquare / this.#meanOutput ** 2 - 1);
  }

  /** Notes how many tokens an answer had, as its usage says. */
  answered(tokens: unknown): void {
    if (typeof tokens !== "number" || !(tokens > 0 && tokens <= mostOutput)) return;
    this.#outputs += 1;
    const share = Math.max(latestOutput, 1 / this.#outputs);
    this.#meanOutput += share * (tokens - this.#meanOutput);
    this.#meanSquare += share * (tokens ** 2 - this.#meanSquare);
  }

  /** Counts a call. Returns a function that ends it; it may be called more than once. `startedAt`: see `now`. */
  enter(signal: Aborting, startedAt: number): (isAnswered: boolean) => void {
    let isOver = false;
    this.#inFlight += 1;
    note(this.#sentAt, startedAt);
    this.life?.sent(startedAt);
    const leave = (isAnswered: boolean) => {
      if (isOver) return;
      isOver = true;
      this.#inFlight -= 1;
      note(this.#endedAt, this.#now());
      endWatch();
      if (!isAnswered) return;
      this.#refusals = 0;
      const tookMs = Math.max(0, this.#now() - startedAt);
      this.#meanMs = this.#meanMs === undefined ? tookMs : this.#meanMs + latest * (tookMs - this.#meanMs);
    };
    const endWatch = signal.aborted ? () => {} : onAbort(signal, () => leave(false));
    return leave;
  }

  /** Milliseconds on the monotonic clock. */
  get now(): number {
    return this.#now();
  }

  /**
   * Notes what a call threw that began at `startedAt`, and returns the error to throw: one of a busy server gets the wait
   * that Little's law gives, unless the server states one.
   */
  failed(error: unknown, startedAt: number): unknown {
    if (!isRouterError(error, "provider")) return error;
    if (error.status !== undefined) this.life?.heard(this.#now(), true);
    if (error.kind !== "saturated") return error;
    // Many calls may meet one full queue: only one that was sent since says that it is still full.
    if (startedAt > this.#refusedAt) {
      this.#refusals += 1;
      this.#refusedAt = this.#now();
    }
    const waitMs = error.retryAfterMs ?? waitOf(this.#meanMs, this.#inFlight, this.#refusals - 1);
    this.#busyUntil = Math.max(this.#busyUntil, this.#now() + waitMs);
    if (error.retryAfterMs !== undefined) return error;
    const { kind, model, status, requestId, mayBeBilled, detail } = error;
    return new ProviderError({ kind, model, status, requestId, mayBeBilled, detail, retryAfterMs: waitMs });
  }

  /** Notes a part of an answer. */
  heard(): void {
    this.life?.heard(this.#now());
  }

  /** Returns whether it answers, as far as it is known: metrics that were there and are silent count as a late answer. */
  get verdict(): Verdict {
    const verdict = this.life?.verdict ?? "ready";
    return verdict === "ready" && this.watch?.isSilent() === true ? "late" : verdict;
  }

  /** Returns the load right now: what the engine reports, and the wait since it last had no room. */
  load(): Load | undefined {
    const reported = this.watch?.load();
    const busyMs = this.#busyUntil - this.#now();
    if (reported === undefined) return busyMs > 0 ? { expectedWaitMs: busyMs, ageMs: 0 } : undefined;
    return busyMs > (reported.expectedWaitMs ?? 0) ? { ...reported, expectedWaitMs: busyMs } : reported;
  }
}

/** Keeps the latest times only. */
function note(times: number[], ms: number): void {
  times.push(ms);
  if (times.length > mostTimes) times.shift();
}
