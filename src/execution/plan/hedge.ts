import { fitsWindow, idle, isLate, type Next, propose } from "./moves.ts";
import type { PlanEvent, PlanRefusal } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import { change, type PlanState } from "./plan-state.ts";
import type { Proposal } from "./plan-step.ts";
import { setAside } from "./set-aside.ts";

/** Proposes a hedge next to a stream whose content is late, once per request. */
export function lookForHedge(
  input: PlanInput,
  state: PlanState,
  { attemptId, at }: Extract<PlanEvent, { readonly type: "late" }>,
): Next {
  const isAlone = state.running.length === 1 && state.running[0]?.attemptId === attemptId;
  if (!isAlone || state.hedged || state.open.length > 0 || isLate(input, at)) return idle(state);
  return proposeHedge(input, change(state, { notHedged: [] }));
}

/** Follows a refused hedge: another model may be the hedge. */
export function lookFurther(input: PlanInput, state: PlanState, call: Proposal, event: PlanRefusal): Next {
  if (event.stage === "token" || isLate(input, event.at)) return idle(state);
  const isKept = event.stage === "admission" || event.stage === "limits";
  const rest = isKept ? setAside(state, call, event) : state;
  return proposeHedge(input, change(rest, { notHedged: [...rest.notHedged, call.model] }));
}

/** Keeps the call that has content and abandons those next to it. */
export function keepOnly(state: PlanState, attemptId: string): Next {
  const kept = state.running.find((one) => one.attemptId === attemptId);
  if (kept === undefined || state.running.length === 1) return idle(state);
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
    (one) => !state.tried.includes(one) && !state.notHedged.includes(one) && fitsWindow(input, state, one),
  );
  return model === undefined ? idle(state) : propose(input, state, { model, hop: "hedge", beside: true });
}
