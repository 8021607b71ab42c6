import type { ArmShare } from "./arms.ts";
import type { Check } from "./check.ts";
import type { Classification } from "./classifier.ts";
import type { Json } from "./json.ts";
import type { Candidate } from "./model.ts";
import type { BudgetFacts, PolicyDescription, SessionFacts, Spend } from "./policy-facts.ts";
import type { PolicyInput } from "./policy-input.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Everything that a policy may base its choice on. */
export interface PolicyContext<Id extends string = string> {
  readonly request: RequestFacts;
  /** Result of the classifier. Absent if it failed, or was skipped because nothing could depend on it. */
  readonly classification?: Classification | undefined;
  /** Permitted models in the order of the router's `models`. Never empty. */
  readonly candidates: readonly Candidate<Id>[];
  readonly session?: SessionFacts<Id> | undefined;
  /** The budget in US dollars that is nearest its limit. Absent if there is none. */
  readonly spend?: Spend | undefined;
  /** All budgets that apply to the request, at most 16. Absent if there is none. */
  readonly budgets?: readonly BudgetFacts[] | undefined;
  /** Snapshots of what the policy `reads`, by id. Frozen, as deep as the input freezes them. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** Milliseconds since the epoch, from the router's clock. */
  readonly now: number;
}

/** Next model of a plan, asked when a check does not accept the answer before it. */
export interface Escalation<Id extends string = string> {
  readonly unless: Check;
  readonly to: Id;
}

/** A plan that was wanted and is not followed, for instance because its tenant is capped. */
export interface Withheld<Id extends string = string> {
  readonly model: Id;
  readonly escalate?: readonly Escalation<Id>[] | undefined;
}

/** A model that a policy chooses, and why. */
export interface Choice<Id extends string = string> {
  readonly model: Id;
  /** Reason for people to read, without prompt text. */
  readonly reason: string;
  /** Probability of this choice in a lottery, in [0, 1]. Default 1. */
  readonly probability?: number | undefined;
  readonly escalate?: readonly Escalation<Id>[] | undefined;
  /**
   * Expected cost of the whole plan in US dollars, later steps weighted by their probability. Absent if a
   * price is not known; the router then takes the estimate for `model` if nothing escalates.
   */
  readonly expectedCostUsd?: number | undefined;
  /**
   * Plan that would have been chosen without a cap. Decisions record it, so that what is wanted can be watched and
   * compared while something else is done. Absent: nothing was capped.
   */
  readonly insteadOf?: Withheld<Id> | undefined;
  /**
   * Parts of the units for which this choice is made, one for each comparison that it is part of, the outermost first.
   * Combinators pass them on. Absent: all units.
   */
  readonly arms?: readonly ArmShare[] | undefined;
}

/**
 * Place of a policy in the order of answers, which is fixed: constraints, hard budgets, cap of a tenant, broken promise,
 * soft budgets, rollout. `session` is that of a policy that keeps a conversation on its model.
 */
export type PolicyOrder = "tenant-cap" | "promise" | "session" | "rollout";

/** Models between which a number decides: below it `small`, at or above it `large`. */
export interface PolicyCut {
  readonly small: string;
  readonly large: string;
  /** Complexity in [0, 1]. */
  readonly at: number;
}

/**
 * Chooses among the permitted models: it returns a choice, a lottery (several choices with
 * probabilities; the rest up to 1 is "no opinion"), or nothing. A policy never draws and holds no
 * state, so a decision can be replayed and its propensity is exact.
 *
 * `Policy` without a parameter names no model and fits every router.
 */
export interface Policy<Id extends string = never> extends PolicyDescription {
  /** Ids that the policy names, nested ones too: `createRouter` refuses one that is not among its models. */
  readonly models?: readonly string[] | undefined;
  /** State outside the request that the policy depends on, that of nested policies too. */
  readonly reads?: readonly PolicyInput[] | undefined;
  /** Policies that it asks. Absent: it asks none. */
  readonly inner?: readonly Policy<string>[] | undefined;
  /** Absent: it may stand around any policy, and inside any. `createRouter` refuses policies in another order. */
  readonly order?: PolicyOrder | undefined;
  /**
   * True if it follows the first of `inner`, except in choices that say so in `insteadOf`. A certificate of the policy
   * that it follows then holds for the choices in which it follows it. Default false.
   */
  readonly guards?: boolean | undefined;
  /** The rule, where it is one number: what a classified request gets where both models are permitted. */
  readonly cut?: PolicyCut | undefined;
  // A method: `Policy<"a">` must be usable where ids are `"a" | "b"`, also as an input (bivariance).
  select(context: PolicyContext<Id>): Choice<Id> | readonly Choice<Id>[] | undefined;
}
