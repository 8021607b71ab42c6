import type { ArmAssignment } from "./arms.ts";
import type { LackedCapability } from "./capabilities.ts";
import type { Classification } from "./classifier.ts";
import type { GpuCost } from "./gpu.ts";
import type { Hop } from "./hop.ts";
import type { Json } from "./json.ts";
import type { Health } from "./model.ts";
import type { BudgetFacts, PolicyDescription, SessionFacts, Spend } from "./policy-facts.ts";
import type { MemberRecord, PoolLoad } from "./pool.ts";
import type { RecordedFacts } from "./request-facts.ts";
import type { Usage } from "./usage.ts";

/** One model of a plan. */
export interface PlanStep<Id extends string = string> {
  readonly model: Id;
  /** Name of the check that ends the plan here if it accepts the answer. Absent on the last step. */
  readonly unless?: string | undefined;
}

/**
 * A model as it was when the decision was made: all that a policy sees of it besides its facts, so that the
 * decision can be replayed.
 */
export interface RecordedCandidate<Id extends string = string> {
  readonly model: Id;
  /** True, or the name of the constraint that refused and its reason. */
  readonly permitted: true | string;
  readonly estimatedInputTokens?: number | undefined;
  readonly estimatedCostUsd?: number | undefined;
  /** The most that a call can cost with the smallest output limit. Absent without a bound on cost. */
  readonly leastCostUsd?: number | undefined;
  /** The most tokens that a call can use with that limit. Absent without a budget in tokens. */
  readonly leastTokens?: number | undefined;
  /** Running mean of the output tokens. Absent without a bound on cost. */
  readonly usualOutputTokens?: number | undefined;
  readonly estimatedQuality?: number | undefined;
  readonly health?: Health | undefined;
  /** Load of a pool. */
  readonly load?: PoolLoad | undefined;
  /** Cost of own GPUs at that time. Absent: the model has none. */
  readonly gpu?: GpuCost | undefined;
  /** Endpoints of a pool, at most 100. Absent: the model is not a pool. */
  readonly members?: readonly MemberRecord[] | undefined;
  /** Reason why the policy did not see the model although it is permitted: a soft limit of a budget. */
  readonly withheld?: string | undefined;
  /** Facts that were not known and therefore not checked: `price`, `contextWindow`, `tools` … */
  readonly unknown?: readonly string[] | undefined;
}

/** Soft limit of a budget, or wish of a request (`Constraint.yields`), that has narrowed the choice of a policy. */
export interface DegradedBy {
  /** Name of the budget; of several the first. Absent: a wish alone has. */
  readonly budget?: string | undefined;
  /** Model that gets what the policy left without an opinion. */
  readonly otherwise: string;
  /** Reason for people. */
  readonly reason: string;
}

/** The record of where a request goes and why. JSON throughout, without prompt text. */
export interface Decision<Id extends string = string> {
  readonly id: string;
  /** ISO 8601, from the router's clock. */
  readonly at: string;
  readonly model: Id;
  readonly plan: readonly PlanStep<Id>[];
  /** Plan that the policy would have chosen without a cap. Absent: nothing was capped. */
  readonly insteadOf?: readonly PlanStep<Id>[] | undefined;
  /** Models that execution may turn to when those of the plan fail, in this order. */
  readonly fallbacks: readonly Id[];
  readonly request: RecordedFacts;
  readonly classification?: Classification | undefined;
  /** Reason why the classification is absent although a classifier was asked. */
  readonly classifierError?: string | undefined;
  readonly candidates: readonly RecordedCandidate<Id>[];
  readonly session?: SessionFacts<Id> | undefined;
  /**
   * Reason why the session could not be read from the shared store: the request was decided as the first of a new
   * conversation. Absent: it was read, or is not shared.
   */
  readonly sessionUnknown?: string | undefined;
  /** The budget in US dollars that is nearest its limit. */
  readonly spend?: Spend | undefined;
  /** All budgets that apply to the request, at most 16. Absent if there is none. */
  readonly budgets?: readonly BudgetFacts[] | undefined;
  /** Soft limit or wish that has narrowed the choice of the policy. Absent: none has. */
  readonly degraded?: DegradedBy | undefined;
  /** Snapshots that the policy has read, by id. Absent if it reads nothing. */
  readonly inputs?: Readonly<Record<string, Json>> | undefined;
  /**
   * Arms of comparisons that the request's unit is in, whichever choice was drawn: also where an exploration around the
   * comparison decided. Absent: none had a part in the decision, or the request names no unit.
   */
  readonly arms?: readonly ArmAssignment[] | undefined;
  /** Id of the release that decided. Absent: the router was given none. */
  readonly release?: string | undefined;
  /** Random number in [0, 1) that settled the lottery. */
  readonly draw: number;
  readonly policy: PolicyDescription;
  readonly reason: string;
  /**
   * Expected cost of the whole plan if its choice states one, else the estimate for `model`. Absent if a
   * price is not known.
   */
  readonly expectedCostUsd?: number | undefined;
  /** Probability of this plan given everything recorded above the draw, in (0, 1]. */
  readonly propensity: number;
  /** True if a pin chose the model, and not the policy. Such rows say nothing about the policy. */
  readonly forced: boolean;
  /**
   * True if the policy (not a pin, a cap or the answer to a broken promise) decided, with the parameters of a tuning file
   * whose certificate holds: same models, policy and classifier, not expired, and no live promise at risk or broken.
   */
  readonly certified: boolean;
  /** Reason why the decision is not certified, if the router was given a tuning file. */
  readonly uncertified?: string | undefined;
  readonly versions: {
    readonly package: string;
    /** `name@version`, or `none` where the classifier was skipped. */
    readonly classifier: string;
    /** Date of the price catalogue. */
    readonly catalogue: string;
    /** Hash of the policy's name and parameters. */
    readonly policy: string;
  };
}

/** An error of an attempt, as JSON without prompt text or secret. */
export interface RecordedError {
  /** `aborted`: the caller left, and nothing has failed. */
  readonly code: string;
  readonly message: string;
  readonly kind?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The capability that the model lacks for the request, by the words of its refusal. */
  readonly lacks?: LackedCapability | undefined;
  /** The model's true window in tokens, where the text of a context overflow states it. */
  readonly contextWindow?: number | undefined;
}

/** Verdict of a check on the answer of an attempt. */
export interface CheckVerdict {
  /** Name of the check. */
  readonly name: string;
  readonly accepted: boolean;
  /**
   * Reason why the check gave no verdict: it threw or took too long, which counts as not accepted. No
   * prompt text.
   */
  readonly error?: string | undefined;
  /** Remark of the check on its verdict, for instance that the answer came without log-probabilities. */
  readonly note?: string | undefined;
}

/** An output limit that the router gave a call because of a bound on cost. */
export interface OutputLimited {
  /** Limit that would hold otherwise, in tokens: the one asked for, else the model's. Absent: none is known. */
  readonly from?: number | undefined;
  /** Limit that the call carried, in tokens. */
  readonly to: number;
  /**
   * Bound that set it. `expected`: no limit was asked for, and the call got the larger of 1,024 tokens and
   * four times the usual answer. Otherwise the money that was left.
   */
  readonly by: "expected" | "maxCostUsd" | "maxCost" | "budget";
  /** Reason for people. */
  readonly reason: string;
}

/** Origin of an answer from the response cache, and what was saved. */
export interface CachedFrom {
  /** Id of the attempt whose answer it is, of an earlier request of the same tenant. */
  readonly attemptId: string;
  /** Milliseconds since it was given. */
  readonly ageMs: number;
  /** Tokens of the calls that led to it, checks included. Absent if they are not known. */
  readonly savedUsage?: Usage | undefined;
  /** Cost of these calls in US dollars. Absent if it is not known. */
  readonly savedCostUsd?: number | undefined;
}

/** One call of one model, or one answer from the response cache (`hop` is then `cache`, and cost and usage are 0). */
export interface Attempt<Id extends string = string> {
  /** Unique among all attempts of all requests: the id of the decision and the place of the call in it. */
  readonly id: string;
  /** Id of the model in the router, or its name if the router does not have it. */
  readonly model: Id | string;
  readonly name: string;
  /** Endpoint from the model's facts. */
  readonly endpoint?: string | undefined;
  /** Key of the member of a pool that was called, `name@endpoint`. Absent: the model is not a pool. */
  readonly member?: string | undefined;
  readonly hop: Hop;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Time to the first content or tool call in milliseconds. Streams only. */
  readonly firstTokenMs?: number | undefined;
  readonly latencyMs: number;
  readonly usage?: Usage | undefined;
  /** Cost of the call. Absent if price or usage is not known, 0 if the provider does not bill it. */
  readonly costUsd?: number | undefined;
  /**
   * True if `costUsd` rests on estimated tokens: the call was abandoned before its usage came, or the usage
   * was incomplete.
   */
  readonly costEstimated?: boolean | undefined;
  /** True if `costUsd` is a share of own GPUs, for which no bill comes. Budgets count it only with `gpu.inBudgets`. */
  readonly ownGpu?: true | undefined;
  /** Model that answered, according to the provider. */
  readonly servedModel?: string | undefined;
  /**
   * Set if `servedModel` is another model than the one that was asked: one whose price is known (`known`), or one of
   * which nothing is known (`unknown`). Absent for snapshots and aliases of the model, and where names say nothing:
   * deployments, and your own servers.
   */
  readonly substituted?: "known" | "unknown" | undefined;
  /** Name of the model at whose price the call was billed, if that is not the price of `name`. */
  readonly pricedAs?: string | undefined;
  /**
   * Set if the provider states what the call costs, as OpenRouter, Perplexity and xAI do. `provider`: that is `costUsd`, and
   * wins over the price. `price`: it was not believed, since no call costs that, or since it is less than the price of the
   * model at an address that is not the provider's own; or the call broke off before it was billed in full. On own GPUs
   * `timings`: by the time that the engine worked on the call, as it states it; else `tokens`: by the cost of a token there.
   */
  readonly costSource?: "provider" | "price" | "timings" | "tokens" | undefined;
  /**
   * Least cost of a call on own GPUs whose server does not say how much of its prompt was cached: that with all of it cached.
   * `costUsd` is then the most. Absent: `costUsd` has no such doubt.
   */
  readonly atLeastUsd?: number | undefined;
  /**
   * Milliseconds in which the engine worked on prompt and answer, as it states them: without the wait for its turn. Absent:
   * it states none, or some that cannot be true.
   */
  readonly engineMs?: number | undefined;
  /** Reason why the cost is not known although the model has a price. */
  readonly unpriced?: string | undefined;
  readonly finishReason?: string | undefined;
  /**
   * Output limit of the call, if a bound on cost set it. An answer that ends at it (`finishReason` is `length`)
   * counts as degraded: its `check` is `outputLimit`. Absent: the request's own limit, or none.
   */
  readonly limited?: OutputLimited | undefined;
  /**
   * Parts that did not arrive: request parameters that the target does not know, and parts of the answer that have no place
   * in it, such as bytes that are not UTF-8.
   */
  readonly dropped?: readonly string[] | undefined;
  readonly error?: RecordedError | undefined;
  /**
   * Verdict of the last check that looked at this answer: one of the plan, or of `execution.degraded`.
   * Absent if none did.
   */
  readonly check?: CheckVerdict | undefined;
  /** Origin of an answer from the response cache. No model was called for it. */
  readonly cached?: CachedFrom | undefined;
  /**
   * Next step, if the attempt did not end the request. In the event `attempt-ended` it is the step that is
   * planned: it may still come otherwise after a wait. `hedge` means that a parallel call took over: its
   * content came first (this attempt then has the error code `abandoned`), or it alone had not failed. `repair`: the answer
   * went back to its model, because it did not validate.
   */
  readonly next?: "retry" | "fallback" | "escalate" | "hedge" | "repair" | undefined;
}
