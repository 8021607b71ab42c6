import { endpointOf, fitsWindow, isOfFailed } from "./find-model.ts";
import { change, idle, isLate, type Next, propose, setAside } from "./moves.ts";
import type { PlanEvent, PlanRefusal } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState } from "./plan-state.ts";
import type { Proposal } from "./plan-step.ts";

/**
 * Looks for a second call to make next to a stream whose content is late, once for a request: of another member of the same
 * pool, else of another model.
 */
export function lookForHedge(
  input: PlanInput,
  state: PlanState,
  { attemptId, at, elsewhere }: Extract<PlanEvent, { readonly type: "late" }>,
): Next {
  const main = state.running[0];
  if (input.direct !== undefined) return idle(state);
  if (main?.attemptId !== attemptId || state.hedged || state.open.length > 0 || isLate(input, at))
    return idle(state);
  const looked = change(state, { notHedged: [] });
  return elsewhere === true ? proposeBeside(input, looked, main.model) : proposeHedge(input, looked);
}

/** Looks for another hedge in place of one that is not made. */
export function lookFurther(input: PlanInput, state: PlanState, call: Proposal, event: PlanRefusal): Next {
  const { stage } = event;
  // It had a token: another one in its place needs none.
  const hedged = state.hedged || stage === "limits";
  const notHedged = [...state.notHedged, call.model];
  const passed = change(state, { hedged, notHedged });
  if (stage === "token" || isLate(input, event.at)) return idle(passed);
  const isRunning = state.running.some(({ model }) => model === call.model);
  const isKept = !isRunning && (stage === "admission" || stage === "limits");
  return proposeHedge(input, isKept ? setAside(passed, call, event) : passed);
}

/** Keeps the call that has brought content, and gives up those that run next to it. */
export function keepOnly(state: PlanState, attemptId: string): Next {
  const kept = state.running.find((one) => one.attemptId === attemptId);
  if (kept === undefined) return idle(state);
  const others = state.running.filter((one) => one !== kept);
  return {
    state: change(state, { running: [kept] }),
    steps: others.map((one) => ({ step: "abandon", attemptId: one.attemptId })),
  };
}

function proposeHedge(input: PlanInput, state: PlanState): Next {
  // The call that it would help may be over.
  if (state.running.length === 0) return idle(state);
  const model = input.fallbacks.find(
    (one) =>
      !state.tried.includes(one) &&
      !state.notHedged.includes(one) &&
      fitsWindow(input, state, one) &&
      !isOfFailed(input, state, one) &&
      !isBusyElsewhere(input, state, one),
  );
  if (model === undefined) return idle(state);
  return proposeBeside(input, state, model);
}

/** True if the late call is one of the same endpoint, which another one would not make faster. */
function isBusyElsewhere({ rules }: PlanInput, { running }: PlanState, model: string): boolean {
  const endpoint = endpointOf(rules, model);
  return endpoint !== undefined && running.some((one) => endpointOf(rules, one.model) === endpoint);
}

function proposeBeside(input: PlanInput, state: PlanState, model: string): Next {
  return propose(input, state, { model, hop: "hedge", beside: true, paid: state.hedged ? true : undefined });
}
