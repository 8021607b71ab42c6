import type { PlanRefusal } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState } from "./plan-state.ts";
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

export function begin(input: PlanInput, state: PlanState): Next {
  if (state.proposed > 0) return idle(state);
  const first = input.plan[0];
  if (first === undefined) return fail(state, { because: "all-failed" });
  return propose(input, state, { model: first.model, hop: input.direct?.hop ?? "answer", place: 0 });
}

/** Notes that the proposed call is about to be made: its model has had its turn. */
export function accept(state: PlanState, attemptId: string): Next {
  const call = state.open.find((one) => one.attemptId === attemptId);
  if (call === undefined) return idle(state);
  const { model, hop, beside, paid, spilled } = call;
  const { open, running, tried, setAside, retries } = state;
  const after = copyOf(state);
  after.open = open.length === 1 ? none : open.filter((one) => one !== call);
  after.running = [...running, call];
  if (!tried.includes(model)) after.tried = [...tried, model];
  if (setAside.length > 0) after.setAside = setAside.filter((one) => one.model !== model);
  // A retry that found no room and comes back is counted already.
  if (hop === "retry" && paid !== true && spilled !== true)
    after.retries = { ...retries, [model]: (ownValue(retries, model) ?? 0) + 1 };
  if (beside === true) after.hedged = true;
  else after.search = undefined;
  return idle(after);
}

/** Keeps a model as a last resort. */
export function setAside(state: PlanState, { model, hop, place }: Proposal, event: PlanRefusal): PlanState {
  const others = state.setAside.filter((one) => one.model !== model);
  return change(state, {
    tried: state.tried.includes(model) ? state.tried : [...state.tried, model],
    setAside: [...others, { model, hop, place, readyAt: event.at + (event.waitMs ?? 0) }],
  });
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

export function isLate({ deadlineAt }: PlanInput, at: number): boolean {
  return at >= (deadlineAt ?? Number.POSITIVE_INFINITY);
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

/** A state that is being made. */
type NextState = { -readonly [Key in keyof PlanState]: PlanState[Key] };

/**
 * Returns a copy to write the next state into. It copies member by member, so that all states have one shape:
 * a spread takes ten times as long, on the path of every call.
 */
function copyOf(state: PlanState): NextState {
  return {
    proposed: state.proposed,
    place: state.place,
    tried: state.tried,
    failed: state.failed,
    setAside: state.setAside,
    retries: state.retries,
    open: state.open,
    running: state.running,
    search: state.search,
    notHedged: state.notHedged,
    hedged: state.hedged,
    outgrown: state.outgrown,
    degraded: state.degraded,
    lastFailure: state.lastFailure,
    refused: state.refused,
    passedOver: state.passedOver,
    heldUpMs: state.heldUpMs,
    over: state.over,
  };
}

/** Returns the state with some members replaced. Off the usual path: there, states are written into copies. */
export function change(state: PlanState, to: Partial<PlanState>): PlanState {
  return Object.assign(copyOf(state), to);
}
