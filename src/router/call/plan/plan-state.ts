import type { Hop } from "../../../contracts/index.ts";
import type { Proposal } from "./plan-step.ts";

/** State of an attempt plan. Plain JSON: it can be printed, stored and compared. */
export interface PlanState {
  /** Number of calls proposed so far, by which the next one is named. */
  readonly proposed: number;
  /** Place in the plan that was proposed last. */
  readonly place: number;
  /** Models that have had their turn. */
  readonly tried: readonly string[];
  /** Models of which a call has failed, of those that share their endpoint with others. Absent: none has. */
  readonly failed?: readonly string[] | undefined;
  /** Models that were skipped because their endpoints are known to fail or have no room: the last resorts. */
  readonly setAside: readonly SetAside[];
  /** Number of retries, by model. A model that was set aside and comes back does not start again. */
  readonly retries: Readonly<Record<string, number>>;
  /** Proposals that the shell has neither accepted nor refused yet. */
  readonly open: readonly Proposal[];
  /** Calls under way or about to be made: the main one first, then a hedge. */
  readonly running: readonly Proposal[];
  /** Search for the next model, while it lasts. */
  readonly search?: Search | undefined;
  /** Models that were refused as the hedge of the late call. */
  readonly notHedged: readonly string[];
  /** True if a hedge of the request was paid for. There is no second one. */
  readonly hedged: boolean;
  /** The largest context window that was too small, in tokens. */
  readonly outgrown?: number | undefined;
  /** Attempt whose degraded answer is returned if no better one comes. */
  readonly degraded?: string | undefined;
  /** Attempt that failed last. */
  readonly lastFailure?: string | undefined;
  /** Attempt by which a model refused the request, which one other model may still answer. There is no second one. */
  readonly refused?: string | undefined;
  /** Models that were accepted and found no room, with the reason. */
  readonly passedOver: Readonly<Record<string, string>>;
  /** Milliseconds for which the request has waited for busy endpoints. Absent: it has not. */
  readonly heldUpMs?: number | undefined;
  readonly over: boolean;
}

export interface SetAside {
  readonly model: string;
  readonly hop: Hop;
  readonly place?: number | undefined;
  /** Time on the monotonic clock at which the model may have room again. */
  readonly readyAt: number;
}

/**
 * One search for a model: through the plan, the fallbacks and the models set aside, until a call is accepted.
 */
export interface Search {
  readonly hop: Hop;
  /** `first`: no model has had a call yet. `limits`: a model that was accepted found no room. */
  readonly cause: "first" | "failure" | "verdict" | "limits";
  /** Proposal of the plan's first model and what refused it, with `cause: "first"`. */
  readonly first?: RefusedFirst | undefined;
  /** Models that were refused in this search. */
  readonly refused: readonly string[];
  /** First proposal that could not be paid for. */
  readonly unpaid?: string | undefined;
  /** Model whose rate delays this very call, which keeps its hop. */
  readonly heldUp?: string | undefined;
  /** Retry that stays possible if no other model is found. */
  readonly retry?: RetryOffer | undefined;
}

/** The proposal of the plan's first model, and what refused it. */
export interface RefusedFirst {
  readonly attemptId: string;
  readonly model: string;
  readonly stage: "constraint" | "admission";
}

export interface RetryOffer {
  readonly model: string;
  readonly place?: number | undefined;
  readonly delayMs: number;
  /** See `Proposal`. */
  readonly spilled?: true | undefined;
}

const nothing: readonly never[] = [];

/** The state before the first event. */
export const initialState: PlanState = {
  proposed: 0,
  place: 0,
  tried: nothing,
  failed: undefined,
  setAside: nothing,
  retries: {},
  open: nothing,
  running: nothing,
  search: undefined,
  notHedged: nothing,
  hedged: false,
  outgrown: undefined,
  degraded: undefined,
  lastFailure: undefined,
  refused: undefined,
  passedOver: {},
  heldUpMs: undefined,
  over: false,
};
