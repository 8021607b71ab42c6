import type { Check } from "./check.ts";
import type { Classification } from "./classifier.ts";
import type { Candidate } from "./model.ts";
import type { RequestFacts } from "./request-facts.ts";

/** What is known of a conversation that the request continues. */
export interface SessionFacts<Id extends string = string> {
  /** Gave the last answer. */
  readonly model: Id;
  /** Requests of the session that were answered so far. */
  readonly turns: number;
  /** Milliseconds since the last answer. */
  readonly idleMs: number;
  /** Tokens that the prompt cache of the model's provider held after the last answer, as far as can be told. */
  readonly cachedTokens: number;
  /** As `RequestFacts.toolLoopPending`. */
  readonly toolLoopPending: boolean;
}

/** Money used in the current budget period. */
export interface Spend {
  /** What requests under way have reserved included. */
  readonly usedUsd: number;
  readonly limitUsd: number;
}

export interface PolicyContext<Id extends string = string> {
  readonly request: RequestFacts;
  /** Absent when the classifier failed or was skipped because nothing could depend on it. */
  readonly classification?: Classification | undefined;
  /** The permitted models only, in the order of the router's `models`; never empty. */
  readonly candidates: readonly Candidate<Id>[];
  readonly session?: SessionFacts<Id> | undefined;
  readonly spend?: Spend | undefined;
  /** Milliseconds since the epoch, from the router's clock. */
  readonly now: number;
}

/** The next model of a plan, when a check does not accept the answer before it. */
export interface Escalation<Id extends string = string> {
  readonly unless: Check;
  readonly to: Id;
}

export interface Choice<Id extends string = string> {
  readonly model: Id;
  /** For people; no prompt text. */
  readonly reason: string;
  /** In [0, 1]; default 1. */
  readonly probability?: number | undefined;
  readonly escalate?: readonly Escalation<Id>[] | undefined;
  /**
   * Expected cost of the whole plan in US dollars, later steps weighted by how likely they are.
   * Default: the estimate of `model` where nothing escalates. Absent: a price is not known.
   */
  readonly expectedCostUsd?: number | undefined;
}

/** Plain JSON: what a policy was built with. Stored with each decision and hashed. */
export type PolicyParameters = Readonly<Record<string, unknown>>;

/** The identity of a policy, as decisions record it and combinators nest it. */
export interface PolicyDescription {
  readonly name: string;
  readonly parameters?: PolicyParameters | undefined;
}

/**
 * Says which of the permitted models should serve a request: a choice, a lottery (several choices
 * with probabilities; what they leave below 1 is "no opinion"), or nothing. A policy never draws
 * and holds no state, so a decision can be replayed and its propensity is exact.
 *
 * `Policy` without a parameter names no model and fits every router.
 */
export interface Policy<Id extends string = never> extends PolicyDescription {
  /** The ids it names, nested ones too: `createRouter` refuses one that is not among its models. */
  readonly models?: readonly string[] | undefined;
  // A method: `Policy<"a">` must be usable where ids are `"a" | "b"`, also as an input (bivariance).
  select(context: PolicyContext<Id>): Choice<Id> | readonly Choice<Id>[] | undefined;
}
