import { followFailure } from "./follow-failure.ts";
import { followRefusal } from "./follow-refusal.ts";
import { followVerdict } from "./follow-verdict.ts";
import { keepOnly, lookForHedge } from "./hedge.ts";
import { fail, idle, type Next, propose } from "./moves.ts";
import type { PlanEvent } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import { change, type PlanState } from "./plan-state.ts";

const none: readonly never[] = [];

/**
 * Advances the attempt plan of a request by one event: a reducer without clock, randomness or side effects.
 * It proposes calls; the shell around it asks constraints, account and admission, and reports the result.
 * Every event moves the plan forward, so it ends: nothing follows `answer` or `fail`.
 */
export function next(input: PlanInput, state: PlanState, event: PlanEvent): Next {
  if (state.over) return idle(state);
  switch (event.type) {
    case "begin":
      return begin(input, state);
    case "accepted":
      return accept(state, event.attemptId);
    case "refused":
      return followRefusal(input, state, event);
    case "failed":
      return followFailure(input, state, event);
    case "answered":
      return followVerdict(input, state, event);
    case "first-content":
      return keepOnly(state, event.attemptId);
    case "late":
      return lookForHedge(input, state, event);
    case "aborted":
      return fail(state, { because: "aborted" });
  }
}

function begin(input: PlanInput, state: PlanState): Next {
  const first = input.plan[0];
  if (first === undefined) return fail(state, { because: "all-failed" });
  return propose(input, state, { model: first.model, hop: "answer", place: 0 });
}

/** Moves an accepted call from the proposals to the running calls. */
function accept(state: PlanState, attemptId: string): Next {
  const call = state.open.find((one) => one.attemptId === attemptId);
  if (call === undefined) return idle(state);
  const { model, hop, beside } = call;
  const { open, tried, setAside, retries, hedged, search } = state;
  return idle(
    change(state, {
      open: open.length === 1 ? none : open.filter((one) => one !== call),
      running: [...state.running, call],
      tried: tried.includes(model) ? tried : [...tried, model],
      setAside: setAside.length === 0 ? setAside : setAside.filter((one) => one.model !== model),
      retries: hop === "retry" ? { ...retries, [model]: (retries[model] ?? 0) + 1 } : retries,
      hedged: hedged || beside === true,
      search: beside === true ? search : undefined,
    }),
  );
}
