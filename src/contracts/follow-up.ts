import type { Attempt } from "./decision.ts";
import type { HopContext } from "./hop.ts";

/** Bounds of a follow-up in addition to those that the router sets. */
export interface FollowOptions {
  /**
   * Limit for all its calls together, in US dollars. Each call then carries an output limit with which it cannot cost
   * more than is left; a model of unknown price is not called. Default: only the router's budgets.
   */
  readonly maxCostUsd?: number | undefined;
}

/** A way to models after an answer. Calls are attempts of the hop `shadow`, which no result lists. */
export interface FollowUp extends Pick<HopContext, "signal" | "now" | "generate" | "permits"> {
  /** Returns copies of the calls that have ended. */
  attempts(): readonly Attempt[];
  /**
   * Returns the cost of its calls in US dollars. One that runs, or whose cost is not known, counts with the most that
   * it can cost. 0 where neither `maxCostUsd` nor a budget applies.
   */
  committedUsd(): number;
  /** Aborts what is under way and gives back what is reserved. Idempotent. */
  end(): void;
}
