import type { PlanRefusal } from "./plan-event.ts";
import { change, type PlanState } from "./plan-state.ts";
import type { Proposal } from "./plan-step.ts";

/** Keeps a model as a last resort. */
export function setAside(state: PlanState, { model, hop, place }: Proposal, event: PlanRefusal): PlanState {
  const others = state.setAside.filter((one) => one.model !== model);
  return change(state, {
    tried: state.tried.includes(model) ? state.tried : [...state.tried, model],
    setAside: [...others, { model, hop, place, readyAt: event.at + (event.waitMs ?? 0) }],
  });
}
