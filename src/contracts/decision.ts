import type { Classification } from "./classifier.ts";
import type { Hop } from "./hop.ts";
import type { PolicyDescription, SessionFacts, Spend } from "./policy.ts";
import type { RecordedFacts } from "./request-facts.ts";
import type { Usage } from "./usage.ts";

/** One model of a plan. */
export interface PlanStep<Id extends string = string> {
  readonly model: Id;
  /** Name of the check whose acceptance ends the plan here. Absent on the last step. */
  readonly unless?: string | undefined;
}

/** A model as the decision saw it. */
export interface RecordedCandidate<Id extends string = string> {
  readonly model: Id;
  /** `true`, or the name of the constraint and its reason. */
  readonly permitted: true | string;
  readonly estimatedCostUsd?: number | undefined;
  readonly estimatedQuality?: number | undefined;
  /** What was not known of the model and therefore not checked: `price`, `contextWindow`, `tools` … */
  readonly unknown?: readonly string[] | undefined;
}

/** Where a request goes and why. JSON throughout; holds no prompt text. */
export interface Decision<Id extends string = string> {
  readonly id: string;
  /** ISO 8601, from the router's clock. */
  readonly at: string;
  readonly model: Id;
  readonly plan: readonly PlanStep<Id>[];
  /** Models that execution may turn to when the plan's fail, in this order. */
  readonly fallbacks: readonly Id[];
  readonly request: RecordedFacts;
  readonly classification?: Classification | undefined;
  /** Why the classification is absent although a classifier was asked. */
  readonly classifierError?: string | undefined;
  readonly candidates: readonly RecordedCandidate<Id>[];
  readonly session?: SessionFacts<Id> | undefined;
  readonly spend?: Spend | undefined;
  /** The router's random number in [0, 1) that settled the lottery. */
  readonly draw: number;
  readonly policy: PolicyDescription;
  readonly reason: string;
  /** Of the whole plan, as its choice states it; else the estimate of `model`. Absent: a price is not known. */
  readonly expectedCostUsd?: number | undefined;
  /** P(this plan | everything recorded above the draw), in (0, 1]. */
  readonly propensity: number;
  /** Whether a pin, not the policy, chose. Such rows say nothing about the policy. */
  readonly forced: boolean;
  /**
   * Whether the policy, not a pin, decided, and with parameters of a tuning file whose certificate holds:
   * the same models, policy and classifier, and not expired.
   */
  readonly certified: boolean;
  /** Why not, where the router was given a tuning file. */
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

/** An error of an attempt, as JSON. Holds no prompt text and no secret. */
export interface RecordedError {
  readonly code: string;
  readonly message: string;
  readonly kind?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** What a check said of the answer of an attempt. */
export interface CheckVerdict {
  /** Name of the check. */
  readonly name: string;
  readonly accepted: boolean;
  /** Why it has no verdict: it threw or took too long, which counts as not accepted. No prompt text. */
  readonly error?: string | undefined;
}

/** One call of one model. */
export interface Attempt<Id extends string = string> {
  /** Unique among all attempts of all requests: the id of the decision, and the place of the call in it. */
  readonly id: string;
  /** The router's id; the model's name where it is none of the router's models. */
  readonly model: Id | string;
  readonly name: string;
  /** As in the model's facts. */
  readonly endpoint?: string | undefined;
  readonly hop: Hop;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Time to the first content or tool-call delta, in milliseconds; streams only. */
  readonly firstTokenMs?: number | undefined;
  readonly latencyMs: number;
  readonly usage?: Usage | undefined;
  /** Absent: price or usage is not known. 0: the provider does not bill it. */
  readonly costUsd?: number | undefined;
  /** `costUsd` rests on estimated tokens: the call was abandoned before usage came, or a side was not told. */
  readonly costEstimated?: boolean | undefined;
  /** The model that the provider says has answered. */
  readonly servedModel?: string | undefined;
  readonly finishReason?: string | undefined;
  /** Request parameters that the target does not know and that were left out. */
  readonly dropped?: readonly string[] | undefined;
  readonly error?: RecordedError | undefined;
  /** Of the last check that looked at this answer, the plan's or one of `execution.degraded`. Absent: none did. */
  readonly check?: CheckVerdict | undefined;
  /**
   * What followed, where the attempt did not end the request; in the event `attempt-ended`, what is to
   * follow: a wait may end otherwise. `hedge`: a call that ran beside it, whose
   * content came first (its error code is then `abandoned`) or which alone had not failed.
   */
  readonly next?: "retry" | "fallback" | "escalate" | "hedge" | undefined;
}
