import type { PlanInput } from "./plan-input.ts";
import { copyOf, type PlanState, type Search } from "./plan-state.ts";
import type { PlanEnd, PlanStep, Proposal } from "./plan-step.ts";

/** State after an event, and the steps to carry out. */
export interface Next {
  readonly state: PlanState;
  readonly steps: readonly PlanStep[];
}

const none: readonly never[] = [];
const noSteps: readonly PlanStep[] = none;

/** Returns no steps: there is nothing to do until the next event. */
export function idle(state: PlanState): Next {
  return { state, steps: noSteps };
}

/** Proposes a call. Attempts of an answer are named by the request and the number of the proposal, from 1. */
export function propose(
  { requestId, direct }: PlanInput,
  state: PlanState,
  call: Omit<Proposal, "step" | "attemptId" | "delayMs"> & { readonly delayMs?: number },
): Next {
  const proposed = state.proposed + 1;
  const proposal: Proposal = {
    step: "propose",
    attemptId: direct?.attemptId ?? `${requestId}/${proposed}`,
    model: call.model,
    hop: call.hop,
    place: call.place,
    delayMs: call.delayMs ?? 0,
    lastResort: call.lastResort,
    sparing: call.sparing,
    paid: call.paid,
    spilled: call.spilled,
    beside: call.beside,
    direct: direct && true,
  };
  const after = copyOf(state);
  after.proposed = proposed;
  after.open = [...state.open, proposal];
  return { state: after, steps: [proposal] };
}

/** Ends the request with an answer and abandons calls that still run. */
export function answer(state: PlanState, attemptId: string): Next {
  return { state: over(state), steps: endingWith(state, { step: "answer", attemptId }) };
}

/** Ends the request with an error, or with a degraded answer if there is one. */
export function fail(state: PlanState, end: Omit<PlanEnd, "step">): Next {
  if (state.degraded !== undefined && end.because !== "aborted") return answer(state, state.degraded);
  return { state: over(state), steps: endingWith(state, { step: "fail", ...end }) };
}

/** Returns the search with the model marked as refused. */
export function refusedIn(search: Search, model: string): Search {
  return { ...search, refused: [...search.refused, model] };
}

export function isLate({ deadlineAt }: PlanInput, at: number): boolean {
  return at >= (deadlineAt ?? Number.POSITIVE_INFINITY);
}

/** Returns the model's context window in tokens, or 0 if it is not known. */
export function windowOf({ rules }: PlanInput, model: string): number {
  return ownValue(rules.windows, model) ?? 0;
}

/** True if the model's context window is not one of those that were too small. */
export function fitsWindow(input: PlanInput, { outgrown }: PlanState, model: string): boolean {
  return outgrown === undefined || windowOf(input, model) > outgrown;
}

/** True if the model's endpoint has failed, of which other models are another name. */
export function isOfFailed({ rules }: PlanInput, { failed }: PlanState, model: string): boolean {
  if (failed === undefined) return false;
  const endpoint = endpointOf(rules, model);
  return endpoint !== undefined && failed.includes(endpoint);
}

/** Returns the endpoint that a model shares with others; undefined if it shares none. */
export function endpointOf({ endpoints }: PlanInput["rules"], model: string): string | undefined {
  return endpoints === undefined ? undefined : ownValue(endpoints, model);
}

/** Returns the value of a key that any text may be: a model may be called `constructor`. */
export function ownValue<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

function over(state: PlanState): PlanState {
  const after = copyOf(state);
  after.over = true;
  after.open = none;
  after.running = none;
  after.search = undefined;
  return after;
}

/** Returns the last step, after steps that abandon the other calls that still run. */
function endingWith({ running }: PlanState, last: PlanStep): readonly PlanStep[] {
  const steps: PlanStep[] = [];
  for (const { attemptId } of running)
    if (attemptId !== last.attemptId) steps.push({ step: "abandon", attemptId });
  steps.push(last);
  return steps;
}
