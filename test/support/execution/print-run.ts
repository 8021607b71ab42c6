import {
  initialState,
  next,
  type PlanEvent,
  type PlanInput,
  type PlanState,
} from "../../../src/router/call/plan/index.ts";

/**
 * Runs a plan through events and writes it as lines of JSON: each event, its steps, and what it changed in the
 * state (null: the field is gone); at last the whole state.
 */
export function printRun(
  input: PlanInput,
  events: readonly PlanEvent[],
  from: PlanState = initialState,
): string[] {
  let state = from;
  const lines = events.flatMap((event) => {
    const moved = next(input, state, event);
    const changes = changesOf(state, moved.state);
    state = moved.state;
    const steps = moved.steps.map((step) => `  ${JSON.stringify(step)}`);
    return [JSON.stringify(event), ...steps, `  ~ ${JSON.stringify(changes)}`];
  });
  return [...lines, `= ${JSON.stringify(Object.fromEntries(fieldsOf(state)))}`];
}

function changesOf(before: PlanState, after: PlanState): Record<string, unknown> {
  const known = new Map(fieldsOf(before));
  const changed = fieldsOf(after).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(known.get(key)),
  );
  return Object.fromEntries(changed.map(([key, value]) => [key, value ?? null]));
}

/** By name: the order of a state's fields says nothing. */
function fieldsOf(state: PlanState): [string, unknown][] {
  return Object.entries(state).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Returns the value as it is after it was stored as JSON and read again. */
export function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
