import type { Hop } from "../../contracts/index.ts";
import { fail, fitsWindow, type Next, propose } from "./moves.ts";
import type { PlanInput } from "./plan-input.ts";
import { change, type PlanState, type Search, type SetAside } from "./plan-state.ts";

/** Starts a search for the next model to call. */
export function findModel(input: PlanInput, state: PlanState, search: Omit<Search, "refused">): Next {
  return findFurther(input, change(state, { search: { ...search, refused: [] } }));
}

/**
 * Continues a search: the plan's next model, else the next fallback, else the model that was set aside and
 * has room first, else the retry that is still possible, else the end.
 */
export function findFurther(input: PlanInput, state: PlanState): Next {
  const { search } = state;
  if (search === undefined) return fail(state, { because: "all-failed", attemptId: state.lastFailure });
  const found = planned(input, state, search);
  if (found !== undefined) return found;
  // Places that were skipped because of their windows do not come back.
  const last = input.plan.length - 1;
  const passed = state.place === last ? state : change(state, { place: last });
  return (
    fallback(input, passed, search) ??
    lastResort(input, passed, search) ??
    lastRetry(input, passed, search) ??
    exhausted(input, passed, search)
  );
}

/** True if a model that has not had its turn could still be found. */
export function someoneIsLeft({ plan, rules, fallbacks }: PlanInput, { place, tried }: PlanState): boolean {
  return place + 1 < plan.length || (rules.fallback && fallbacks.some((model) => !tried.includes(model)));
}

function planned(input: PlanInput, state: PlanState, { hop }: Search): Next | undefined {
  for (let place = state.place + 1; place < input.plan.length; place += 1) {
    const model = input.plan[place]?.model as string;
    if (fitsWindow(input, state, model))
      return propose(input, change(state, { place }), { model, hop, place });
  }
  return undefined;
}

function fallback(input: PlanInput, state: PlanState, { hop, refused }: Search): Next | undefined {
  if (!input.rules.fallback) return undefined;
  const model = input.fallbacks.find(
    (one) => !state.tried.includes(one) && !refused.includes(one) && fitsWindow(input, state, one),
  );
  return model === undefined ? undefined : propose(input, state, { model, hop });
}

function lastResort(input: PlanInput, state: PlanState, search: Search): Next | undefined {
  const model = state.setAside
    .filter((one) => !search.refused.includes(one.model) && fitsWindow(input, state, one.model))
    .reduce<SetAside | undefined>(
      (first, one) => (first === undefined || one.readyAt < first.readyAt ? one : first),
      undefined,
    );
  if (model === undefined) return undefined;
  const hop: Hop = model.model === search.heldUp ? model.hop : search.hop;
  return propose(input, state, { model: model.model, hop, place: model.place, lastResort: true });
}

function lastRetry(input: PlanInput, state: PlanState, search: Search): Next | undefined {
  if (search.retry === undefined) return undefined;
  const { model, place, delayMs } = search.retry;
  const rest: PlanState = change(state, { search: { ...search, retry: undefined } });
  return propose(input, rest, { model, hop: "retry", place, delayMs, lastResort: true });
}

/** Ends a search in which no model is left, or none that can be paid for. */
function exhausted(input: PlanInput, state: PlanState, search: Search): Next {
  const { cause, first, unpaid } = search;
  if (cause === "first" && first !== undefined) {
    if (first.stage === "constraint")
      return fail(state, { because: "forbidden", attemptId: first.attemptId });
    // Its endpoint is known to fail, but there is no other: it is called anyway.
    const rest: PlanState = change(state, { search: { ...search, first: undefined } });
    return propose(input, rest, {
      model: input.plan[0]?.model as string,
      hop: "answer",
      place: 0,
      lastResort: true,
    });
  }
  if (unpaid !== undefined) return fail(state, { because: "money", attemptId: unpaid });
  if (cause === "limits" && state.lastFailure === undefined) return fail(state, { because: "limits" });
  return fail(state, { because: "all-failed", attemptId: state.lastFailure });
}
