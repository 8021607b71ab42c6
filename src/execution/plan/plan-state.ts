import type { Hop } from "../../contracts/index.ts";
import type { Proposal } from "./plan-step.ts";

/** Where an attempt plan stands. Plain JSON: it can be printed, stored and compared. */
export interface PlanState {
  /** Calls proposed so far; names the next one. */
  readonly proposed: number;
  /** Place of the plan that was proposed last. */
  readonly place: number;
  /** Models that have had their turn. */
  readonly tried: readonly string[];
  /** Models that were passed over since their endpoints are known to fail or have no room: the last resorts. */
  readonly setAside: readonly SetAside[];
  /** Retries made, by model: one that was set aside and comes back does not start again. */
  readonly retries: Readonly<Record<string, number>>;
  /** Proposals that wait for the shell's word. */
  readonly open: readonly Proposal[];
  /** Calls under way, or about to be: the main one first, then a hedge. */
  readonly running: readonly Proposal[];
  /** The search for the next model, while it lasts. */
  readonly search?: Search | undefined;
  /** Models that could not be the hedge of the call that is late. */
  readonly notHedged: readonly string[];
  /** True if a hedge of the request was paid for: there is no second one. */
  readonly hedged: boolean;
  /** The largest context window that was too small, in tokens. */
  readonly outgrown?: number | undefined;
  /** The attempt whose degraded answer is returned if none better comes. */
  readonly degraded?: string | undefined;
  /** The attempt that failed last. */
  readonly lastFailure?: string | undefined;
  /** Models that were accepted and found no room, with the reason. */
  readonly passedOver: Readonly<Record<string, string>>;
  readonly over: boolean;
}

export interface SetAside {
  readonly model: string;
  readonly hop: Hop;
  readonly place?: number | undefined;
  /** When it may have room again, on the monotonic clock. */
  readonly readyAt: number;
}

/** One search for a model: through the plan, the fallbacks and those set aside, until one is accepted. */
export interface Search {
  readonly hop: Hop;
  /** `first`: no model has had a call yet. `limits`: a model that was accepted found no room. */
  readonly cause: "first" | "failure" | "verdict" | "limits";
  /** With `cause: "first"`: the proposal of the plan's first model, and what refused it. */
  readonly first?:
    | {
        readonly attemptId: string;
        readonly model: string;
        readonly stage: "constraint" | "admission";
      }
    | undefined;
  /** Models that were refused in this search. */
  readonly refused: readonly string[];
  /** The first proposal that could not be paid for. */
  readonly unpaid?: string | undefined;
  /** The model whose rate held up this very call: it keeps its hop. */
  readonly heldUp?: string | undefined;
  /** A retry that stays possible when no other model is found. */
  readonly retry?: RetryOffer | undefined;
}

export interface RetryOffer {
  readonly model: string;
  readonly place?: number | undefined;
  readonly delayMs: number;
}

const nothing: readonly never[] = [];

/** The state before the first event. */
export const initialState: PlanState = {
  proposed: 0,
  place: 0,
  tried: nothing,
  setAside: nothing,
  retries: {},
  open: nothing,
  running: nothing,
  notHedged: nothing,
  hedged: false,
  passedOver: {},
  over: false,
};
