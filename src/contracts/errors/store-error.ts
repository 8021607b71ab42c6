import type { Attempt } from "../decision.ts";
import { RouterError } from "./router-error.ts";

export interface StoreErrorOptions extends ErrorOptions {
  readonly retryAfterMs?: number | undefined;
  readonly attempts?: readonly Attempt[];
}

/** Thrown when a store of shared state cannot be used. What was to be written is not, or not known to be, written. */
export class StoreError extends RouterError {
  /** Name of the store. */
  readonly store: string;
  /**
   * `format`: its data have another format. `busy`: it could not be locked in time. `conflict`: another writer was first.
   * `failed`: see `cause`. `late`: it did not say in time whether a shared budget has room; the next call was not
   * made, or the stream under way was ended.
   */
  readonly problem: "format" | "busy" | "conflict" | "failed" | "late";
  /** Milliseconds after which the store may answer again. Absent: not known. */
  readonly retryAfterMs: number | undefined;
  /** Calls that the request had made by then. */
  readonly attempts: readonly Attempt[];
  /** Text that a stream had delivered by then. Non-enumerable. */
  declare partialText: string | undefined;

  constructor(
    store: string,
    problem: StoreError["problem"],
    message: string,
    { retryAfterMs, attempts = [], ...options }: StoreErrorOptions = {},
  ) {
    super("store", `the store ${store} ${message}`, options);
    this.store = store;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
    this.attempts = attempts;
    Object.defineProperty(this, "partialText", { value: undefined, enumerable: false, writable: true });
  }

  static {
    StoreError.prototype.name = "StoreError";
  }
}
