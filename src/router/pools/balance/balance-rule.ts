import type { Member } from "../../../contracts/index.ts";

/** Everything besides its members that an order may depend on. */
export interface BalanceContext {
  /** Key of what should stay at one endpoint: a session, or a hash of the prompt's beginning. Absent: none. */
  readonly key?: string | undefined;
  /** Two random numbers in [0, 1). */
  readonly draws: readonly [number, number];
  /** Number of calls that the pool has ordered so far. */
  readonly turn: number;
}

/**
 * Orders the members of a pool for one call. Pure: chance comes in as numbers, and a rule keeps no state.
 */
export interface BalanceRule {
  readonly name: string;
  /**
   * Returns the order in which members are asked, as indices into `members`, each at most once: the first one that
   * constraints, breaker and limits let through is called, and a retry goes on with the next. `members` holds only those
   * that are permitted, ready and not yet tried.
   */
  order(members: readonly Member[], context: BalanceContext): readonly number[];
}
