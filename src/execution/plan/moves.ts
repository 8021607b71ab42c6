import type { PlanInput } from "./plan-input.ts";
import { change, type PlanState, type Search } from "./plan-state.ts";
import type { PlanEnd, PlanStep, Proposal } from "./plan-step.ts";

/** The state after an event, and what to do now. */
export interface Next {
  readonly state: PlanState;
  readonly steps: readonly PlanStep[];
}

const none: readonly never[] = [];
const noSteps: readonly PlanStep[] = none;

/** Nothing to do until the next event. */
export function idle(state: PlanState): Next {
  return { state, steps: noSteps };
}

/** Proposes a call. Attempts are named by the request and the number of the proposal, from 1. */
export function propose(
  { requestId }: PlanInput,
  state: PlanState,
  call: Omit<Proposal, "step" | "attemptId" | "delayMs"> & { readonly delayMs?: number },
): Next {
  const proposed = state.proposed + 1;
  const proposal: Proposal = {
    step: "propose",
    attemptId: `${requestId}/${proposed}`,
    model: call.model,
    hop: call.hop,
    place: call.place,
    delayMs: call.delayMs ?? 0,
    lastResort: call.lastResort,
    sparing: call.sparing,
    beside: call.beside,
  };
  return { state: change(state, { proposed, open: [...state.open, proposal] }), steps: [proposal] };
}

/** Ends the request with an answer; what runs next to it is given up. */
export function answer(state: PlanState, attemptId: string): Next {
  return { state: over(state), steps: endingWith(state, { step: "answer", attemptId }) };
}

/** Ends the request with an error, or with a degraded answer where there is one. */
export function fail(state: PlanState, end: Omit<PlanEnd, "step">): Next {
  if (state.degraded !== undefined && end.because !== "aborted") return answer(state, state.degraded);
  return { state: over(state), steps: endingWith(state, { step: "fail", ...end }) };
}

/** The search, which will not come to the model again. */
export function refusedIn(search: Search, model: string): Search {
  return search.refused.includes(model) ? search : { ...search, refused: [...search.refused, model] };
}

export function isLate({ deadlineAt }: PlanInput, at: number): boolean {
  return deadlineAt !== undefined && at >= deadlineAt;
}

/** True if the model's context window is not one of those that were too small. */
export function fitsWindow({ rules }: PlanInput, { outgrown }: PlanState, model: string): boolean {
  return outgrown === undefined || (rules.windows[model] ?? 0) > outgrown;
}

function over(state: PlanState): PlanState {
  return change(state, { over: true, open: none, running: none, search: undefined });
}

/** The last step; calls that still run are given up before it. */
function endingWith({ running }: PlanState, last: PlanStep): readonly PlanStep[] {
  if (running.length === 0) return [last];
  return [...running.map(({ attemptId }): PlanStep => ({ step: "abandon", attemptId })), last];
}
