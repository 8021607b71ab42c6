import { findFurther, findModel } from "./find-model.ts";
import { lookFurther } from "./hedge.ts";
import { fail, idle, isLate, type Next, refusedIn } from "./moves.ts";
import type { PlanRefusal } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import { change, type PlanState } from "./plan-state.ts";
import type { Proposal } from "./plan-step.ts";
import { setAside } from "./set-aside.ts";

/** Follows a refused call: proposes another one, or ends the request. */
export function followRefusal(input: PlanInput, state: PlanState, event: PlanRefusal): Next {
  const isRefused = ({ attemptId }: Proposal) => attemptId === event.attemptId;
  const proposed = state.open.find(isRefused);
  const call = proposed ?? state.running.find(isRefused);
  if (call === undefined) return idle(state);
  const rest = change(state, {
    open: state.open.filter((one) => one !== call),
    running: state.running.filter((one) => one !== call),
  });
  if (call.beside) return lookFurther(input, rest, call, event);
  if (isLate(input, event.at)) return fail(rest, { because: "deadline" });
  if (proposed === undefined) return afterAcceptance(input, rest, call, event);
  return rest.search === undefined ? ofFirst(input, rest, call, event) : ofSearch(input, rest, call, event);
}

/** Follows the refusal of the plan's first model, which was permitted and affordable at the decision. */
function ofFirst(input: PlanInput, state: PlanState, call: Proposal, event: PlanRefusal): Next {
  const { attemptId, stage } = event;
  if (stage === "money") return fail(state, { because: "money", attemptId });
  const isAdmission = stage !== "constraint";
  const rest = isAdmission
    ? setAside(state, call, event)
    : change(state, { tried: [...state.tried, call.model] });
  const first = { attemptId, stage: isAdmission ? "admission" : "constraint" } as const;
  return findModel(input, rest, { hop: "fallback", cause: "first", first });
}

function ofSearch(input: PlanInput, state: PlanState, call: Proposal, event: PlanRefusal): Next {
  const { search } = state;
  if (search === undefined) return idle(state);
  switch (event.stage) {
    case "money":
      return findFurther(
        input,
        change(state, {
          search: { ...refusedIn(search, call.model), unpaid: search.unpaid ?? event.attemptId },
        }),
      );
    case "admission":
      // A retry's model has had its turn: it is not a last resort, but may be retried as one.
      return findFurther(input, call.hop === "retry" ? state : setAside(state, call, event));
    case "token":
      return findFurther(input, state);
    default: {
      const isFinal = search.cause === "first" && search.first === undefined && call.hop === "answer";
      const first = isFinal ? { attemptId: event.attemptId, stage: "constraint" as const } : search.first;
      return findFurther(input, change(state, { search: { ...refusedIn(search, call.model), first } }));
    }
  }
}

/** Follows the refusal of an accepted call: it found no room, or is no longer permitted after a wait. */
function afterAcceptance(input: PlanInput, state: PlanState, call: Proposal, event: PlanRefusal): Next {
  const hop = call.hop === "cascade" ? "cascade" : "fallback";
  if (event.stage !== "limits") return findModel(input, state, { hop, cause: "failure" });
  const passedOver = { ...state.passedOver, [call.model]: event.reason };
  const isHeldUp = event.rate === true && call.lastResort !== true;
  const rest = change(state, { passedOver });
  return findModel(input, isHeldUp ? setAside(rest, call, event) : rest, {
    hop,
    cause: "limits",
    heldUp: isHeldUp ? call.model : undefined,
  });
}
