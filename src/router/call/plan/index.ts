/** The attempt plan: which calls a request makes, as a reducer over plain state. */
export { next } from "./next.ts";
export type { PlanEvent, PlanRefusal } from "./plan-event.ts";
export type { PlanInput, PlannedModel, PlanRules } from "./plan-input.ts";
export { initialState, type PlanState } from "./plan-state.ts";
export type { PlanEnd, PlanStep, Proposal } from "./plan-step.ts";
