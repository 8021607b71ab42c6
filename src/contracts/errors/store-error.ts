import { RouterError } from "./router-error.ts";

/** Thrown when a store of shared state cannot be used. What was to be written is not, or not known to be, written. */
export class StoreError extends RouterError {
  /** Name of the store. */
  readonly store: string;
  /**
   * `format`: its data have another format. `busy`: it could not be locked in time. `conflict`: another writer was first.
   * `failed`: see `cause`.
   */
  readonly problem: "format" | "busy" | "conflict" | "failed";

  constructor(store: string, problem: StoreError["problem"], message: string, options?: ErrorOptions) {
    super("store", `the store ${store} ${message}`, options);
    this.store = store;
    this.problem = problem;
  }

  static {
    StoreError.prototype.name = "StoreError";
  }
}
