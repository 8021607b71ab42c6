import type { Json, PolicyInputState } from "../../contracts/index.ts";
import type { OwnGuards } from "../../contracts/ports/index.ts";
import type { EventHub } from "../life/event-hub.ts";
import type { PolicyInputs } from "../life/policy-inputs.ts";

/** The states of what the policy reads, and of what the last policy read, which may come back. */
export interface InputStates {
  /** Those that cap, as one sees them from without. */
  readonly guards: OwnGuards;
  /** Takes over the inputs from now on, the current ones first: they are told of events, and exported. */
  keep(inputs: readonly (PolicyInputs | undefined)[]): void;
  /** Returns the states by input. Undefined if nothing is read. */
  exportState(): Readonly<Record<string, Json>> | undefined;
  /** Replaces the states that are given. Changes nothing if it throws `InvalidOptionError`. */
  restoreState(states: Readonly<Record<string, Json>>): void;
}

export function createInputStates(events: Pick<EventHub<string>, "observe" | "read">): InputStates {
  /** Ends of listening, by state. */
  let hearing = new Map<PolicyInputState, () => void>();
  /** States by id; of several with one id, that of the current policy. */
  let states: ReadonlyMap<string, PolicyInputState> = new Map();
  let isAny = false;

  const hear = (state: PolicyInputState): (() => void) => {
    const tell: Parameters<typeof events.read>[0] = (event) => state.observe?.(event);
    return state.onlyReads === true ? events.read(tell) : events.observe(tell);
  };
  const exported = () => exportAll(states);

  return {
    guards: {
      names: () => [...states].flatMap(([id, { lift }]) => (lift === undefined ? [] : [id])),
      lift: ({ guard, ...unit }) => states.get(guard)?.lift?.(unit) === true,
    },
    keep(inputs) {
      const present = inputs.filter((one) => one !== undefined);
      const all = present.flatMap(({ live }) => [...live]);
      isAny = present.length > 0;
      const byId = new Map<string, PolicyInputState>();
      for (const [id, { state }] of all) if (!byId.has(id)) byId.set(id, state);
      states = byId;
      const heard = new Map<PolicyInputState, () => void>();
      const objects = new Set<object>();
      for (const [, { input, state }] of all) {
        // One state of an input is told of events: two that share something behind it would count all twice.
        const isSecond = objects.has(input);
        objects.add(input);
        if (isSecond || state.observe === undefined || heard.has(state)) continue;
        heard.set(state, hearing.get(state) ?? hear(state));
      }
      for (const [state, end] of hearing) if (!heard.has(state)) end();
      hearing = heard;
    },
    exportState: () => (isAny ? exported() : undefined),
    restoreState(given) {
      const before = exported();
      const done: [PolicyInputState, string][] = [];
      try {
        for (const [id, one] of states) {
          const state = Object.hasOwn(given, id) ? given[id] : undefined;
          if (state === undefined || one.restoreState === undefined) continue;
          one.restoreState(state);
          done.push([one, id]);
        }
      } catch (error) {
        for (const [one, id] of done) if (before[id] !== undefined) one.restoreState?.(before[id]);
        throw error;
      }
    },
  };
}

/** An id may be any text: `__proto__` becomes a field of its own. */
function exportAll(states: ReadonlyMap<string, PolicyInputState>): Record<string, Json> {
  return Object.fromEntries(
    [...states].flatMap(([id, one]) => (one.exportState ? [[id, one.exportState()] as const] : [])),
  );
}
