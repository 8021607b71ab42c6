import { followFailure } from "./follow-failure.ts";
import { followRefusal } from "./follow-refusal.ts";
import { followVerdict } from "./follow-verdict.ts";
import { keepOnly, lookForHedge } from "./hedge.ts";
import { fail, idle, type Next, ownValue, propose } from "./moves.ts";
import type { PlanEvent } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import { copyOf, type PlanState } from "./plan-state.ts";

const none: readonly never[] = [];

/**
 * Moves the attempt plan of a request on by one event: a reducer, without clock, chance or side effect.
 * It proposes calls; the shell around it asks constraints, account and admission, and reports what came of
 * it. Every event moves the plan forward, so that it ends: after `answer` or `fail` nothing follows.
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
  if (state.proposed > 0) return idle(state);
  const first = input.plan[0];
  if (first === undefined) return fail(state, { because: "all-failed" });
  return propose(input, state, { model: first.model, hop: input.direct?.hop ?? "answer", place: 0 });
}

/** Notes that the proposed call is about to be made: its model has had its turn. */
function accept(state: PlanState, attemptId: string): Next {
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
