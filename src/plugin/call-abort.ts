import type { CallOptions } from "../contracts/index.ts";
import { isReading, onlyReads } from "./reading-sinks.ts";

/** The end of a call before its time, as a signal or as one of ours. */
export type Aborting = AbortSignal | CallAbort;

/**
 * The end of one call before its time, for less than an `AbortSignal` costs: making one and listening to it takes more than a decision.
 * `signal` is one that says the same, made when something first asks for it: a model that is not ours does.
 */
export class CallAbort {
  aborted = false;
  reason: unknown;
  /** The only one that waits, as mostly: a set would cost more than the rest of this. */
  #only: { readonly run: () => void } | undefined;
  #runs: Set<() => void> | undefined;
  #controller: AbortController | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** Idempotent. All functions that wait run; then the first error of theirs is thrown. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#controller?.abort(reason);
    const only = this.#only;
    this.#only = undefined;
    if (only === undefined) {
      if (this.#runs !== undefined) runAll(this.#runs);
      return;
    }
    try {
      only.run();
    } catch (error) {
      try {
        if (this.#runs !== undefined) runAll(this.#runs);
      } catch {
        // The first error is thrown.
      }
      throw error;
    }
    if (this.#runs !== undefined) runAll(this.#runs);
  }

  /** Calls `run` once at the abort; it must not have come already. Returns a function that ends the wait. */
  onAbort(run: () => void): () => void {
    if (this.#only === undefined && (this.#runs === undefined || this.#runs.size === 0)) {
      const only = { run };
      this.#only = only;
      return () => {
        if (this.#only === only) this.#only = undefined;
      };
    }
    this.#runs ??= new Set();
    const runs = this.#runs;
    // A function of its own for each wait, since the same one may wait twice.
    const entry = () => run();
    runs.add(entry);
    return () => void runs.delete(entry);
  }

  /**
   * Returns itself as the signal of a request, for code that reads `aborted` and `reason` and waits by the function `onAbort`
   * alone: the router does.
   */
  asSignal(): AbortSignal {
    return this as unknown as AbortSignal;
  }
}

/** Calls each function once. One that throws does not keep the others waiting. */
export function runAll(runs: Set<() => void>): void {
  let failure: { readonly error: unknown } | undefined;
  for (const run of runs) {
    runs.delete(run);
    try {
      run();
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}

type MoreOptions = Omit<CallOptions, "signal">;

/** Options of a call whose `signal` is made when something asks for it. A copy of them would have none. */
class LightOptions implements CallOptions {
  readonly onDropped: CallOptions["onDropped"];
  readonly onRateLimit: CallOptions["onRateLimit"];
  readonly native: CallOptions["native"];
  readonly tenant: CallOptions["tenant"];
  readonly roles: CallOptions["roles"];
  readonly #abort: CallAbort;

  constructor(abort: CallAbort, { onDropped, onRateLimit, native, tenant, roles }: MoreOptions) {
    this.#abort = abort;
    this.onDropped = onDropped;
    this.onRateLimit = onRateLimit;
    this.native = native;
    this.tenant = tenant;
    this.roles = roles;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  static abortOf(options: Pick<CallOptions, "signal">): Aborting {
    return options instanceof LightOptions ? options.#abort : options.signal;
  }
}

const light = new WeakSet<object>();

/**
 * Marks a function of a model of ours: it asks `abortOf`, and shows its options to no code but ours. Of a router it says that
 * its signal may be that of `asSignal`.
 */
export function asksAbort<Ask extends object>(ask: Ask): Ask {
  light.add(ask);
  return ask;
}

/** True for a marked function. */
export function doesAskAbort(ask: object): boolean {
  return light.has(ask);
}

/** Marks a function that hands request and options on to another as that is marked. */
export function asksLike<Ask extends object>(target: object, ask: Ask): Ask {
  if (isReading(target)) onlyReads(ask);
  return light.has(target) ? asksAbort(ask) : ask;
}

/** Returns the options for a call of a model's function. */
export function optionsFor(ask: object, abort: CallAbort, more: MoreOptions): CallOptions {
  return light.has(ask) ? new LightOptions(abort, more) : { signal: abort.signal, ...more };
}

/** Returns what may end a call with these options. */
export function abortOf(options: Pick<CallOptions, "signal">): Aborting {
  return LightOptions.abortOf(options);
}
