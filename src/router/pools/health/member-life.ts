import type { ServerAnswer } from "../../../contracts/server-access.ts";

/** Result of the probes of a member: nothing against it, the last one failed, it loads its model, or it is out. */
export type Verdict = "ready" | "late" | "loading" | "out";

/** Time that an answer may have lain in buffers before it is seen: it proves nothing of calls that were sent since. */
const seenLateMs = 20;
/** A call without a proof of life for this time and a few probes more is a doubt that counts. */
const shortDoubtMs = 50;
const probesOfDoubt = 4;
/** Share of the latest probe in their mean time. */
const latest = 0.2;

/**
 * Knows whether one endpoint answers, as far as calls and probes show it. A call that is sent puts it in doubt, until something
 * that was begun later, or a part of any answer, shows that it lives: so a server that hangs is found by the first call that meets
 * it, while other calls go elsewhere. All times are milliseconds on a monotonic clock.
 */
export class MemberLife {
  readonly #outAfter: number;
  /** Called when a doubt begins. */
  readonly #onDoubt: () => void;
  #provenAt = Number.NEGATIVE_INFINITY;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #doubtSince: number | undefined;
  #isLoading = false;
  #misses = 0;
  #problem: string | undefined;
  #probeMs = 0;

  constructor(outAfter: number, onDoubt: () => void) {
    this.#outAfter = outAfter;
    this.#onDoubt = onDoubt;
  }

  /** Time at which the latest call was sent. */
  get lastSentAt(): number {
    return this.#lastSentAt;
  }

  /** Latest time at which it is known to have lived. */
  get provenAt(): number {
    return this.#provenAt;
  }

  get verdict(): Verdict {
    if (this.#isLoading) return "loading";
    if (this.#misses === 0) return "ready";
    return this.#misses < this.#outAfter ? "late" : "out";
  }

  /** Finding of the last probe, in our words; undefined if nothing is wrong. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Notes a call that is sent. */
  sent(atMs: number): void {
    this.#lastSentAt = atMs;
    if (this.#doubtSince !== undefined) return;
    this.#doubtSince = atMs;
    this.#onDoubt();
  }

  /** Notes a part of an answer that has come, or a refusal of the server (`isRefusal`), which may be one that is loading. */
  heard(atMs: number, isRefusal = false): void {
    this.#proven(atMs - seenLateMs);
    if (isRefusal) return;
    this.#misses = 0;
    this.#isLoading = false;
    this.#problem = undefined;
  }

  /** Notes that something which was begun at a time was answered, whatever the answer says. */
  answered(begunAtMs: number): void {
    this.#proven(begunAtMs);
  }

  /** Notes what came of a probe. `loads503`: status 503 says that the server loads. */
  probed(begunAtMs: number, endedAtMs: number, { status, problem }: ServerAnswer, loads503 = false): void {
    if (status === undefined) {
      // A probe may be slow where answers come: the server lives.
      if (this.#provenAt < begunAtMs) this.#missed(problem ?? "no answer");
      return;
    }
    const tookMs = endedAtMs - begunAtMs;
    this.#probeMs = this.#probeMs === 0 ? tookMs : this.#probeMs + latest * (tookMs - this.#probeMs);
    this.#proven(begunAtMs);
    this.#isLoading = status === 503 && loads503;
    if (status >= 500 && !this.#isLoading) {
      this.#missed(problem ?? `status ${status}`);
      return;
    }
    this.#misses = 0;
    this.#problem = status < 300 || this.#isLoading ? undefined : problem;
  }

  /** True while a call that was sent is not known to have met a living server. */
  get isInDoubt(): boolean {
    return this.#doubtSince !== undefined;
  }

  /** Age of a doubt that counts, in milliseconds; 0 for a short one, undefined for none. */
  doubtMs(nowMs: number): number | undefined {
    if (this.#doubtSince === undefined) return undefined;
    const ageMs = nowMs - this.#doubtSince;
    return ageMs < shortDoubtMs + probesOfDoubt * this.#probeMs ? 0 : ageMs;
  }

  #missed(problem: string): void {
    this.#isLoading = false;
    this.#misses += 1;
    this.#problem = problem;
  }

  #proven(atMs: number): void {
    if (atMs <= this.#provenAt) return;
    this.#provenAt = atMs;
    if (this.#doubtSince === undefined || this.#doubtSince > atMs) return;
    // Of the calls that are not proven the latest is known: the others were sent later than this.
    this.#doubtSince = this.#lastSentAt > atMs ? atMs : undefined;
  }
}
