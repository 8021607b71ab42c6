/** Known facts about the conversation that the request continues. */
export interface SessionFacts<Id extends string = string> {
  /** Model that gave the last answer. */
  readonly model: Id;
  /** Number of requests of the session answered so far. */
  readonly turns: number;
  /** Milliseconds since the last answer. */
  readonly idleMs: number;
  /** Estimated tokens in the prompt cache of the model's provider after the last answer. */
  readonly cachedTokens: number;
  /** Same as `RequestFacts.toolLoopPending`. */
  readonly toolLoopPending: boolean;
}

/** Money used in the current period of the budget that is nearest its limit. */
export interface Spend {
  /** Money spent, including reservations of requests under way. */
  readonly usedUsd: number;
  readonly limitUsd: number;
}

/** State of one budget that applies to a request. */
export interface BudgetFacts {
  readonly name: string;
  readonly unit: "usd" | "tokens";
  /** US dollars or tokens used in the current period, including reservations of requests under way. */
  readonly used: number;
  readonly limit: number;
  /** End of the period in milliseconds since the epoch. Absent: it has none. */
  readonly resetsAt?: number | undefined;
}

/** Parameters that a policy was built with, as plain JSON. Stored with each decision and hashed. */
export type PolicyParameters = Readonly<Record<string, unknown>>;

/** Identity of a policy, as decisions record it and combinators nest it. */
export interface PolicyDescription {
  readonly name: string;
  readonly parameters?: PolicyParameters | undefined;
}
