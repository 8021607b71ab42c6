import { findModel } from "./find-model.ts";
import { lookFurther } from "./hedge.ts";
import { change, fail, idle, isLate, type Next, setAside } from "./moves.ts";
import type { PlanRefusal } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState, Search } from "./plan-state.ts";
import type { Proposal } from "./plan-step.ts";

/** Follows a proposed call that is not made: with another proposal, or the end. */
export function followRefusal(input: PlanInput, state: PlanState, event: PlanRefusal): Next {
  const isRefused = ({ attemptId }: Proposal) => attemptId === event.attemptId;
  const proposed = state.open.find(isRefused);
  const call = proposed ?? state.running.find(isRefused);
  if (call === undefined) return idle(state);
  const rest = change(state, {
    open: state.open.filter((one) => one !== call),
    running: state.running.filter((one) => one !== call),
  });
  if (call.beside !== true) {
    if (isLate(input, event.at)) return fail(rest, { because: "deadline" });
    if (call.direct === true) return ofDirect(rest, call, event);
    if (proposed === undefined) return afterAcceptance(input, rest, call, event);
    const { search } = rest;
    return search === undefined
      ? ofFirst(input, rest, call, event)
      : ofSearch(input, rest, search, call, event);
  }
  return lookFurther(input, rest, call, event);
}

/** Ends a plan of one call: no other model can stand in. */
function ofDirect(state: PlanState, { attemptId, model }: Proposal, { stage, reason }: PlanRefusal): Next {
  if (stage === "constraint") return fail(state, { because: "forbidden", attemptId });
  if (stage === "money") return fail(state, { because: "money", attemptId });
  return fail(change(state, { passedOver: { [model]: reason } }), { because: "limits" });
}

/** Follows a refusal of the plan's first model, which was permitted and affordable when the decision was made. */
function ofFirst(input: PlanInput, state: PlanState, call: Proposal, event: PlanRefusal): Next {
  const { attemptId, model } = call;
  if (event.stage === "money") return fail(state, { because: "money", attemptId });
  const stage = event.stage === "constraint" ? "constraint" : "admission";
  const rest =
    stage === "admission" ? setAside(state, call, event) : change(state, { tried: [...state.tried, model] });
  const first = { attemptId, model, stage } as const;
  return findModel(input, rest, { hop: "fallback", cause: "first", refused: [], first });
}

function ofSearch(
  input: PlanInput,
  state: PlanState,
  search: Search,
  call: Proposal,
  event: PlanRefusal,
): Next {
  const { model, hop, attemptId, lastResort } = call;
  const { stage } = event;
  // A retry's model has had its turn: it is not a last resort, but may be retried as one.
  if (hop === "retry" && lastResort !== true) return findModel(input, state, search);
  // Nothing follows a last resort that is not admitted: it is not set aside again.
  if (stage === "admission" && lastResort !== true)
    return findModel(input, setAside(state, call, event), search);
  const rest: Search = { ...search, refused: [...search.refused, model] };
  if (stage === "money") return findModel(input, state, { ...rest, unpaid: search.unpaid ?? attemptId });
  const isFirst = search.cause === "first" && hop === "answer";
  const first = isFirst ? ({ attemptId, model, stage: "constraint" } as const) : search.first;
  return findModel(input, state, { ...rest, first });
}

/** Follows a call that was accepted, waited, and may no longer be made. */
function afterAcceptance(input: PlanInput, state: PlanState, call: Proposal, event: PlanRefusal): Next {
  const { model, lastResort } = call;
  const hop = call.hop === "cascade" ? "cascade" : "fallback";
  if (event.stage !== "limits") return findModel(input, state, { hop, cause: "failure", refused: [] });
  const rest = change(state, { passedOver: { ...state.passedOver, [model]: event.reason } });
  const search: Search = { hop, cause: "limits", refused: [] };
  return event.rate === true && lastResort !== true
    ? findModel(input, setAside(rest, call, event), { ...search, heldUp: model })
    : findModel(input, rest, search);
}
