import type { EngineProfile } from "./engine-profile.ts";
import { PrefixCache, type PromptPiece } from "./prefix-cache.ts";

/** A request as the engine's scheduler sees it. */
export interface EngineRequest {
  readonly prompt: readonly PromptPiece[];
  /** The answer, as the next prompt of the conversation has it. */
  readonly answer: PromptPiece;
  /** Called at the first token, at the end, or when the request is thrown out. */
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
}

export type EngineEvent =
  | { readonly type: "first-token"; readonly atMs: number; readonly cachedTokens: number }
  | { readonly type: "finished"; readonly atMs: number }
  /** The engine was restarted or put to sleep. */
  | { readonly type: "dropped"; readonly atMs: number };

/** Reason why a request was not taken. */
export type EngineRefusal = "overflow" | "admission" | "asleep";

/** Sums since the start of the engine. */
export interface EngineTotals {
  promptTokens: number;
  cachedTokens: number;
  answerTokens: number;
  finished: number;
  rejected: number;
  aborted: number;
}

interface Sequence {
  readonly request: EngineRequest;
  readonly promptTokens: number;
  readonly submittedAt: number;
  cachedTokens: number;
  /** Prompt tokens that are still to be computed. */
  prefillLeft: number;
  /** Steps of the engine when the first and the last token are there. */
  firstStep: number;
  lastStep: number;
  state: "waiting" | "prefill" | "decode" | "over";
}

/** A request that was taken. */
export type EngineTicket = Readonly<
  Pick<Sequence, "promptTokens" | "cachedTokens" | "submittedAt" | "state">
>;

const usualChunk = 2_048;

/**
 * One engine with continuous batching, in virtual time: requests wait for a slot and for room in the KV cache in order
 * of arrival, prompts are computed one after the other in chunks alongside the answers, and each step gives each running
 * sequence one token. It jumps from event to event, so that an hour of load takes well under a second. Room for the
 * whole answer is taken at the start: nothing is preempted.
 */
export class EngineCore {
  readonly profile: EngineProfile;
  readonly totals: EngineTotals = {
    promptTokens: 0,
    cachedTokens: 0,
    answerTokens: 0,
    finished: 0,
    rejected: 0,
    aborted: 0,
  };
  readonly #cache: PrefixCache;
  #now = 0;
  /** Steps done so far: a real number, since it moves on between two events. */
  #steps = 0;
  #waiting: Sequence[] = [];
  #prefill: Sequence[] = [];
  #decode: Sequence[] = [];
  /** Context of the sequences that get tokens. */
  #context = 0;
  #slowness = 1;
  #asleep = false;

  constructor(profile: EngineProfile) {
    this.profile = profile;
    this.#cache = new PrefixCache(profile.kvTokens);
  }

  /** Steps done so far. */
  get steps(): number {
    return this.#steps;
  }
  get running(): number {
    return this.#prefill.length + this.#decode.length;
  }
  get waiting(): number {
    return this.#waiting.length;
  }
  /** Share of the KV cache that running sequences hold, in [0, 1]. */
  get kvUsage(): number {
    return this.#cache.usage;
  }
  get asleep(): boolean {
    return this.#asleep;
  }

  /** Takes a request at a time, not before that of the last call. */
  submit(request: EngineRequest, atMs: number): EngineTicket | EngineRefusal {
    this.advanceTo(atMs);
    const promptTokens = request.prompt.reduce((sum, { tokens }) => sum + tokens, 0);
    const { maxModelLen = this.profile.kvTokens, maxQueuedRequests } = this.profile;
    if (this.#asleep) return "asleep";
    if (promptTokens + request.answer.tokens > Math.min(maxModelLen, this.profile.kvTokens))
      return "overflow";
    if (maxQueuedRequests !== undefined && this.waiting + this.running >= maxQueuedRequests) {
      this.totals.rejected += 1;
      return "admission";
    }
    const sequence: Sequence = {
      request,
      promptTokens,
      submittedAt: this.#now,
      cachedTokens: 0,
      prefillLeft: 0,
      firstStep: 0,
      lastStep: 0,
      state: "waiting",
    };
    this.#waiting.push(sequence);
    this.#admit();
    return sequence;
  }

  /** Returns the time of the next event, or Infinity if nothing is running. */
  nextEventMs(): number {
    const step = this.#stepMs();
    const prefill = this.#prefill[0];
    const last = this.#nextToEnd();
    return (
      this.#now +
      Math.min(
        prefill === undefined ? Number.POSITIVE_INFINITY : (prefill.prefillLeft / this.#chunk()) * step,
        last === undefined ? Number.POSITIVE_INFINITY : Math.max(0, last.lastStep - this.#steps) * step,
      )
    );
  }

  /** Lets time pass. A time that is past changes nothing. */
  advanceTo(atMs: number): void {
    for (let next = this.nextEventMs(); next <= atMs; next = this.nextEventMs()) {
      this.#pass(next);
      this.#settle();
    }
    this.#pass(atMs);
  }

  /** Number of tokens of the answer that there are by now. */
  tokensOf(ticket: EngineTicket): number {
    const { state, firstStep, request } = ticket as Sequence;
    if (state === "waiting" || state === "prefill") return 0;
    return Math.min(request.answer.tokens, 1 + Math.floor(this.#steps - firstStep + 1e-9));
  }

  /** The caller is gone. */
  abort(ticket: EngineTicket, atMs: number): void {
    this.advanceTo(atMs);
    const sequence = ticket as Sequence;
    if (sequence.state === "over") return;
    if (sequence.state === "waiting") this.#waiting = this.#waiting.filter((one) => one !== sequence);
    else this.#leave(sequence, undefined);
    sequence.state = "over";
    this.totals.aborted += 1;
    this.#admit();
  }

  /** Makes each step take `factor` times as long. */
  slowDown(factor: number, atMs: number): void {
    this.advanceTo(atMs);
    this.#slowness = factor;
  }

  /** Drops what is running, waiting and remembered. */
  restart(atMs: number): void {
    this.advanceTo(atMs);
    const all = [...this.#prefill, ...this.#decode, ...this.#waiting];
    [this.#prefill, this.#decode, this.#waiting, this.#context] = [[], [], [], 0];
    this.#cache.clear();
    for (const sequence of all) {
      sequence.state = "over";
      sequence.request.onEvent?.({ type: "dropped", atMs: this.#now });
    }
  }

  /** Forgets the KV cache and takes nothing until `wakeUp`. */
  sleep(atMs: number): void {
    this.restart(atMs);
    this.#asleep = true;
  }

  wakeUp(): void {
    this.#asleep = false;
  }

  #chunk(): number {
    return this.profile.prefillChunkTokens ?? usualChunk;
  }

  #stepMs(): number {
    const { stepMs, stepMsPer1000ContextTokens = 0, prefillTokensPerSecond } = this.profile;
    const prefillMs = this.#prefill.length === 0 ? 0 : (this.#chunk() / prefillTokensPerSecond) * 1_000;
    const decodeMs =
      this.#decode.length === 0 ? 0 : stepMs + (this.#context / 1_000) * stepMsPer1000ContextTokens;
    return this.#slowness * Math.max(prefillMs + decodeMs, Number.MIN_VALUE);
  }

  #nextToEnd(): Sequence | undefined {
    let first: Sequence | undefined;
    for (const one of this.#decode) if (first === undefined || one.lastStep < first.lastStep) first = one;
    return first;
  }

  #pass(atMs: number): void {
    const ms = atMs - this.#now;
    if (!(ms > 0)) return;
    const prefill = this.#prefill[0];
    if (prefill !== undefined || this.#decode.length > 0) {
      const steps = ms / this.#stepMs();
      if (prefill !== undefined) prefill.prefillLeft -= steps * this.#chunk();
      this.#steps += steps;
    }
    this.#now = atMs;
  }

  /** Ends what is due. */
  #settle(): void {
    const prefill = this.#prefill[0];
    if (prefill !== undefined && prefill.prefillLeft <= 1e-6) this.#startAnswer(prefill);
    const ended = this.#decode.filter(({ lastStep }) => lastStep <= this.#steps + 1e-9);
    for (const sequence of ended) this.#end(sequence);
    this.#admit();
  }

  #startAnswer(sequence: Sequence): void {
    const { request, cachedTokens, promptTokens } = sequence;
    this.#prefill.shift();
    sequence.state = "decode";
    sequence.firstStep = this.#steps;
    sequence.lastStep = this.#steps + Math.max(0, request.answer.tokens - 1);
    this.#decode.push(sequence);
    this.#context += promptTokens + request.answer.tokens / 2;
    request.onEvent?.({ type: "first-token", atMs: this.#now, cachedTokens });
  }

  #end(sequence: Sequence): void {
    this.#leave(sequence, sequence.request.answer);
    sequence.state = "over";
    this.totals.finished += 1;
    this.totals.answerTokens += sequence.request.answer.tokens;
    sequence.request.onEvent?.({ type: "finished", atMs: this.#now });
  }

  #leave(sequence: Sequence, answer: PromptPiece | undefined): void {
    const { prompt, answer: whole } = sequence.request;
    if (sequence.state === "decode") this.#context -= sequence.promptTokens + whole.tokens / 2;
    this.#prefill = this.#prefill.filter((one) => one !== sequence);
    this.#decode = this.#decode.filter((one) => one !== sequence);
    this.#cache.release(prompt, whole.tokens, answer);
  }

  /** Starts those that wait, in order of arrival, while there are slots and room. */
  #admit(): void {
    let started = 0;
    for (const sequence of this.#waiting) {
      if (this.running >= this.profile.slots) break;
      const { prompt, answer } = sequence.request;
      const hit = this.#cache.take(prompt, answer.tokens);
      if (hit === undefined) break;
      // The last token of a prompt is always computed.
      sequence.cachedTokens = Math.min(hit, sequence.promptTokens - 1);
      sequence.prefillLeft = sequence.promptTokens - sequence.cachedTokens;
      sequence.state = "prefill";
      this.totals.promptTokens += sequence.promptTokens;
      this.totals.cachedTokens += sequence.cachedTokens;
      this.#prefill.push(sequence);
      started += 1;
    }
    if (started > 0) this.#waiting = this.#waiting.slice(started);
  }
}
