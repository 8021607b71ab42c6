import { fitsWindow, idle, isLate, type Next, propose } from "./moves.ts";
import type { PlanEvent, PlanRefusal } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState } from "./plan-state.ts";
import type { Proposal } from "./plan-step.ts";
import { setAside } from "./set-aside.ts";

/** The content of a stream is late: a second model may be called next to it, once for a request. */
export function lookForHedge(
  input: PlanInput,
  state: PlanState,
  { attemptId, at }: Extract<PlanEvent, { readonly type: "late" }>,
): Next {
  const isMain = state.running[0]?.attemptId === attemptId;
  if (!isMain || state.hedged || state.open.length > 0 || isLate(input, at)) return idle(state);
  return proposeHedge(input, { ...state, notHedged: [] });
}

/** The hedge that was proposed is not made: another model may be. */
export function lookFurther(input: PlanInput, state: PlanState, call: Proposal, event: PlanRefusal): Next {
  const { stage } = event;
  // Its token is taken by then, and not given back.
  const hedged = state.hedged || stage === "limits";
  const notHedged = [...state.notHedged, call.model];
  const passed: PlanState = { ...state, hedged, notHedged };
  if (stage === "token" || isLate(input, event.at)) return idle(passed);
  const isKept = stage === "admission" || stage === "limits";
  return proposeHedge(input, isKept ? setAside(passed, call, event) : passed);
}

/** One of the calls that run side by side has brought content: the others are given up. */
export function keepOnly(state: PlanState, attemptId: string): Next {
  const kept = state.running.find((one) => one.attemptId === attemptId);
  if (kept === undefined) return idle(state);
  const others = state.running.filter((one) => one !== kept);
  return {
    state: { ...state, running: [kept] },
    steps: others.map((one) => ({ step: "abandon", attemptId: one.attemptId })),
  };
}

function proposeHedge(input: PlanInput, state: PlanState): Next {
  // The call that it would help may be over.
  if (state.running.length === 0) return idle(state);
  const model = input.fallbacks.find(
    (one) => !state.tried.includes(one) && !state.notHedged.includes(one) && fitsWindow(input, state, one),
  );
  if (model === undefined) return idle(state);
  return propose(input, state, { model, hop: "hedge", beside: true, paid: state.hedged ? true : undefined });
}
