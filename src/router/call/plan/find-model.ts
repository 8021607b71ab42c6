import type { Hop } from "../../../contracts/index.ts";
import { change, fail, type Next, ownValue, propose } from "./moves.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState, Search, SetAside } from "./plan-state.ts";

/**
 * Goes on with the search for the model that is called next: the plan's next model, else the next fallback,
 * else the model that was set aside and has room first, else the retry that is still possible, else the end.
 */
export function findModel(input: PlanInput, before: PlanState, search: Search): Next {
  const state = change(before, { search });
  const found = planned(input, state, search);
  if (found !== undefined) return found;
  // Places that were left out because of their windows have also been passed.
  const passed = change(state, { place: input.plan.length - 1 });
  return (
    fallback(input, passed, search) ??
    lastResort(input, passed, search) ??
    lastRetry(input, passed, search) ??
    exhausted(input, passed, search)
  );
}

/** Returns the model's context window in tokens, or 0 if it is not known. */
export function windowOf({ rules }: PlanInput, model: string): number {
  return ownValue(rules.windows, model) ?? 0;
}

/** True if the model's context window is not one of those that were too small. */
export function fitsWindow(input: PlanInput, { outgrown }: PlanState, model: string): boolean {
  return outgrown === undefined || windowOf(input, model) > outgrown;
}

/** True if a call of another model has failed that shares the model's endpoint. The rules of retries are for its own. */
export function isOfFailed({ rules }: PlanInput, { failed }: PlanState, model: string): boolean {
  if (failed === undefined) return false;
  const endpoint = endpointOf(rules, model);
  return endpoint !== undefined && failed.some((one) => one !== model && endpointOf(rules, one) === endpoint);
}

/** Returns the endpoint that a model shares with others; undefined if it shares none. */
export function endpointOf({ endpoints }: PlanInput["rules"], model: string): string | undefined {
  return endpoints === undefined ? undefined : ownValue(endpoints, model);
}

/** True if a model that has not had its turn could still be found. */
export function someoneIsLeft(input: PlanInput, state: PlanState): boolean {
  const { plan, rules, fallbacks } = input;
  const isLeft = (model: string) => !isOfFailed(input, state, model);
  return (
    plan.slice(state.place + 1).some(({ model }) => isLeft(model)) ||
    (rules.fallback && fallbacks.some((model) => !state.tried.includes(model) && isLeft(model)))
  );
}

function planned(input: PlanInput, state: PlanState, { hop }: Search): Next | undefined {
  for (let place = state.place + 1; ; place += 1) {
    const model = input.plan[place]?.model;
    if (model === undefined) return undefined;
    // The plan may name a model twice: one that has refused the request would do so again.
    const isOther = !isRefused(state) || !state.tried.includes(model);
    if (isOther && fitsWindow(input, state, model) && !isOfFailed(input, state, model))
      return propose(input, change(state, { place }), { model, hop, place });
  }
}

function fallback(input: PlanInput, state: PlanState, { hop, refused }: Search): Next | undefined {
  if (!input.rules.fallback) return undefined;
  const model = input.fallbacks.find(
    (one) =>
      !state.tried.includes(one) &&
      !refused.includes(one) &&
      fitsWindow(input, state, one) &&
      !isOfFailed(input, state, one),
  );
  return model === undefined ? undefined : propose(input, state, { model, hop });
}

function lastResort(input: PlanInput, state: PlanState, search: Search): Next | undefined {
  const found = state.setAside
    // Without fallbacks, a model that could not be a hedge is not one that a failure leads to.
    .filter((one) => input.rules.fallback || one.hop !== "hedge")
    .filter(({ model }) => !search.refused.includes(model) && fitsWindow(input, state, model))
    .filter(({ model }) => !isOfFailed(input, state, model))
    .reduce<SetAside | undefined>(
      (first, one) => (first === undefined || one.readyAt < first.readyAt ? one : first),
      undefined,
    );
  if (found === undefined) return undefined;
  const { model, place } = found;
  const hop: Hop = model === search.heldUp ? found.hop : search.hop;
  const paid = hop === "retry" ? true : undefined;
  return propose(input, state, { model, hop, place, lastResort: true, paid });
}

function lastRetry(input: PlanInput, state: PlanState, search: Search): Next | undefined {
  if (search.retry === undefined) return undefined;
  const rest = change(state, { search: { ...search, retry: undefined } });
  return propose(input, rest, { ...search.retry, hop: "retry", lastResort: true });
}

/** True while a model is looked for that may answer what another one refused. */
function isRefused({ refused, lastFailure }: PlanState): boolean {
  return refused !== undefined && refused === lastFailure;
}

/** Ends the search: no model is left, or none that can be paid for. */
function exhausted(input: PlanInput, state: PlanState, search: Search): Next {
  const { cause, first, unpaid } = search;
  if (isRefused(state)) return fail(state, { because: "error", attemptId: state.refused });
  if (first?.stage === "constraint") return fail(state, { because: "forbidden", attemptId: first.attemptId });
  if (first !== undefined) {
    // Its endpoint is known to fail, and there is no other: it is called anyway.
    const rest = change(state, { search: { ...search, first: undefined } });
    return propose(input, rest, { model: first.model, hop: "answer", place: 0, lastResort: true });
  }
  if (unpaid !== undefined) return fail(state, { because: "money", attemptId: unpaid });
  if (cause === "limits" && state.lastFailure === undefined) return fail(state, { because: "limits" });
  return fail(state, { because: "all-failed", attemptId: state.lastFailure });
}
