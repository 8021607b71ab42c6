import type { LearnedCapability } from "./capabilities.ts";
import type { GpuMeterState } from "./gpu.ts";
import type { Json } from "./json.ts";
import type { BreakerState, LearnedLimit } from "./resilience.ts";

/** Means over the usage that a model has returned, to all its tenants. */
export interface UsageMean {
  readonly name: string;
  /** Number of calls whose output was counted, at most 100. */
  readonly outputs: number;
  /** Output tokens, including reasoning, that the tenants have in common: one moves it by a little only. */
  readonly meanOutputTokens: number;
  /** Number of calls whose input was compared with its estimate, at most 100. */
  readonly inputs: number;
  /** Natural logarithm of returned over estimated input tokens that the tenants have in common. */
  readonly meanLogRatio: number;
  /** Tokens that the chat template adds to each request, at most 256. Absent: no call has shown them. */
  readonly templateTokens?: number | undefined;
  /** Means of each tenant and of its categories, the least recently observed tenant first. */
  readonly tenants?: readonly TenantUsageMean[] | undefined;
}

/** Means over the usage that a model has returned to one tenant, or to one category of its requests. */
export interface TenantUsageMean {
  /** Absent: requests without a tenant. */
  readonly tenant?: string | undefined;
  /** Absent: all requests of the tenant. */
  readonly category?: string | undefined;
  /** Weight of the mean in calls, at most 100. It fades with time. */
  readonly outputs: number;
  /** Mean output tokens, including reasoning. */
  readonly meanOutputTokens: number;
  /** Number of calls whose input was compared with its estimate. Absent for a category. */
  readonly inputs?: number | undefined;
  readonly meanLogRatio?: number | undefined;
  /** Time of the last call in milliseconds since the epoch. */
  readonly at: number;
}

/** Usage means of all models, as plain JSON. Least recently observed model first. */
export interface UsageMeansState {
  readonly formatVersion: 1;
  readonly models: readonly UsageMean[];
}

/** Outcome of a call, and its end in milliseconds since the epoch. */
export interface ObservedOutcome {
  readonly at: number;
  readonly failed: boolean;
}

/** Time to first token of a stream in milliseconds, and when it was observed. */
export interface ObservedFirstToken {
  readonly at: number;
  readonly ms: number;
}

/** Recent calls of a model. */
export interface ObservedHealth {
  readonly name: string;
  /** Outcomes, oldest first. */
  readonly outcomes: readonly ObservedOutcome[];
  readonly firstTokens: readonly ObservedFirstToken[];
}

/** Recent calls of all models, as plain JSON. Least recently observed model first. */
export interface HealthState {
  readonly formatVersion: 1;
  readonly models: readonly ObservedHealth[];
}

/** State of a conversation after its last answer. */
export interface SessionState {
  readonly tenant?: string | undefined;
  readonly session: string;
  /** Id of the model that gave the last answer. */
  readonly model: string;
  /** Number of requests answered so far. */
  readonly turns: number;
  /** Time of the last answer in milliseconds since the epoch. */
  readonly lastUsedAt: number;
  readonly cachedTokens: number;
}

/** State of all conversations, as plain JSON. Least recently used session first. */
export interface SessionsState {
  readonly formatVersion: 1;
  readonly sessions: readonly SessionState[];
}

/** Use of a budget by one owner in one period. */
export interface SpendAccountState {
  /** Name of the budget. */
  readonly budget: string;
  /** Tenant of the account. Absent for the router's account, or that of requests without a tenant. */
  readonly tenant?: string | undefined;
  /** Session, or value of the label. Absent for budgets per router or tenant, or where requests had none. */
  readonly owner?: string | undefined;
  /** Start of the period in milliseconds since the epoch; 0 if it has no end. */
  readonly periodStart: number;
  /** US dollars, as a multiple of a nano-dollar. Absent if the budget counts tokens. */
  readonly usedUsd?: number | undefined;
  /** Absent if the budget counts US dollars. */
  readonly usedTokens?: number | undefined;
  /** Held by requests under way: it counts for this owner, and is not known to be used. Absent: nothing. */
  readonly heldUsd?: number | undefined;
  readonly heldTokens?: number | undefined;
}

/** Amount that new owners of a budget begin with, since others that had used no more were forgotten. */
export interface SpendFloorState {
  /** Name of the budget. */
  readonly budget: string;
  /** Owners within a tenant; `{}` for those without one. Absent: all owners. */
  readonly of?: { readonly tenant?: string | undefined } | undefined;
  /** Start of the period in milliseconds since the epoch; of sessions without end the time at which it last rose. */
  readonly from: number;
  readonly usedUsd?: number | undefined;
  readonly usedTokens?: number | undefined;
  /** Limit of the owner who had used that: others begin with the same part of theirs. Absent: the budget's, for all. */
  readonly limitUsd?: number | undefined;
  readonly limitTokens?: number | undefined;
  /** The largest amount that was forgotten: others begin with no more. Absent: that one. */
  readonly mostUsd?: number | undefined;
  readonly mostTokens?: number | undefined;
}

/** Limit of one owner of a budget that was set at run time. */
export interface SpendLimitState {
  /** Name of the budget. */
  readonly budget: string;
  readonly tenant?: string | undefined;
  /** Session, or value of the label. */
  readonly owner?: string | undefined;
  /** Absent if the budget counts tokens. */
  readonly limitUsd?: number | undefined;
  /** Absent if the budget counts US dollars. */
  readonly limitTokens?: number | undefined;
}

/** All accounts of all budgets, as plain JSON. */
export interface SpendState {
  readonly formatVersion: 2;
  readonly budgets: readonly {
    readonly name: string;
    /** Owner, unit and period, for instance `tenant usd day UTC`: an account of another kind is not restored. */
    readonly kind: string;
  }[];
  readonly accounts: readonly SpendAccountState[];
  /** Absent: none, as long as no owner was forgotten. */
  readonly floors?: readonly SpendFloorState[] | undefined;
  /** Absent: none was set. */
  readonly limits?: readonly SpendLimitState[] | undefined;
}

/** The window that a model turned out to have, as it said when it refused what was too long. */
export interface LearnedWindow {
  readonly name: string;
  readonly tokens: number;
  /** Time at which it said so, in milliseconds since the epoch. */
  readonly at: number;
}

/** Everything that a router must not forget at a restart. Plain JSON without prompt text. */
export interface RouterState {
  readonly formatVersion: 1;
  readonly usageMeans: UsageMeansState;
  readonly health?: HealthState | undefined;
  readonly sessions: SessionsState;
  /** State of the breakers. Absent if all are closed. */
  readonly breakers?: readonly BreakerState[] | undefined;
  /** Rates learnt from rate limits. Absent if nothing was learnt. */
  readonly limits?: readonly LearnedLimit[] | undefined;
  /** Windows learnt from context overflows. Absent if nothing was learnt. */
  readonly windows?: readonly LearnedWindow[] | undefined;
  /** Capabilities learnt from answers and refusals of the last hour. Absent if nothing was learnt. */
  readonly capabilities?: readonly LearnedCapability[] | undefined;
  /** Measurements of own GPUs. Absent: none were made. */
  readonly gpus?: GpuMeterState | undefined;
  /** Use of budgets. Absent if the router keeps none. */
  readonly spend?: SpendState | undefined;
  /** State of what the policy reads, by id. Absent if it reads nothing. */
  readonly inputs?: Readonly<Record<string, Json>> | undefined;
}

/** States of the endpoints of a router. */
export interface EndpointStates {
  readonly breakers: readonly BreakerState[];
  readonly limits: readonly LearnedLimit[];
}
