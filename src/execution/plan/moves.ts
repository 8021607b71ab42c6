import type { PlanInput } from "./plan-input.ts";
import type { PlanState, Search } from "./plan-state.ts";
import type { PlanEnd, PlanStep, Proposal } from "./plan-step.ts";

/** The state after an event, and what to do now. */
export interface Next {
  readonly state: PlanState;
  readonly steps: readonly PlanStep[];
}

const noSteps: readonly PlanStep[] = [];

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
  const proposal: Proposal = { step: "propose", attemptId: `${requestId}/${proposed}`, delayMs: 0, ...call };
  return { state: { ...state, proposed, open: [...state.open, proposal] }, steps: [proposal] };
}

/** Ends the request with an answer; what runs next to it is given up. */
export function answer(state: PlanState, attemptId: string): Next {
  return { state: over(state), steps: [...abandoned(state), { step: "answer", attemptId }] };
}

/** Ends the request with an error, or with a degraded answer where there is one. */
export function fail(state: PlanState, end: Omit<PlanEnd, "step">): Next {
  if (state.degraded !== undefined && end.because !== "aborted") return answer(state, state.degraded);
  return { state: over(state), steps: [...abandoned(state), { step: "fail", ...end }] };
}

/** The search, which will not come to the model again. */
export function refusedIn(search: Search, model: string): Search {
  return { ...search, refused: [...search.refused, model] };
}

export function isLate({ deadlineAt }: PlanInput, at: number): boolean {
  return at >= (deadlineAt ?? Number.POSITIVE_INFINITY);
}

/** The model's context window in tokens; 0 where it is not known. */
export function windowOf({ rules }: PlanInput, model: string): number {
  return ownValue(rules.windows, model) ?? 0;
}

/** True if the model's context window is not one of those that were too small. */
export function fitsWindow(input: PlanInput, { outgrown }: PlanState, model: string): boolean {
  return outgrown === undefined || windowOf(input, model) > outgrown;
}

/** The value of a key that any text may be: a model may be called `constructor`. */
export function ownValue<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

function over(state: PlanState): PlanState {
  return { ...state, over: true, open: [], running: [], search: undefined };
}

function abandoned({ running }: PlanState): PlanStep[] {
  return running.map(({ attemptId }) => ({ step: "abandon", attemptId }));
}
