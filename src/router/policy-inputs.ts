import {
  InvalidOptionError,
  type Json,
  type PolicyInput,
  type PolicyInputRuntime,
  type PolicyInputState,
  type RequestFacts,
  type RouterEvent,
  type UnitDraw,
} from "../contracts/index.ts";
import { unknownRollout } from "../decision/index.ts";
import { checkMethods, checkText, dropPromises } from "../plugin/index.ts";
import { checkPlainField } from "../request/index.ts";
import { checkedFunction } from "./checked-function.ts";

/** State that the policy of a router reads. */
export interface PolicyInputs {
  /** Returns all snapshots for a request by id, frozen. */
  snapshots(request: RequestFacts): Readonly<Record<string, Json>>;
  /**
   * Returns the unit of a request by the input of a rollout. Throws `PolicyError` if no input of that id knows units, and
   * what the input throws.
   */
  unitOf(policyName: string, rollout: string, request: RequestFacts, draw: number): UnitDraw | undefined;
  /** Takes an event. Absent: no input wants any. */
  readonly observe: ((event: RouterEvent) => void) | undefined;
  /** True if no input changes what it is given. */
  readonly onlyReads: boolean;
  exportState(): Readonly<Record<string, Json>>;
  /** Replaces the states that are given. Changes nothing if it throws `InvalidOptionError`. */
  restoreState(states: Readonly<Record<string, Json>>): void;
}

/** Creates the inputs. Throws `InvalidOptionError`, also for two inputs with one id. */
export function createPolicyInputs(reads: readonly PolicyInput[], runtime: PolicyInputRuntime): PolicyInputs {
  const states = new Map<string, PolicyInputState>();
  for (const [index, input] of reads.entries()) {
    const option = `policy.reads[${index}]`;
    checkMethods(option, input, ["create"]);
    checkText(`${option}.id`, input.id);
    if (states.has(input.id))
      throw new InvalidOptionError(`${option}.id`, input.id, "different for each input: share the object");
    const create = () => input.create(runtime);
    const expected = "a function that returns an object with snapshot()";
    const state = checkedFunction(`${option}.create`, create, expected, hasSnapshot)();
    states.set(input.id, state);
  }
  const observers = [...states.values()].filter(({ observe }) => observe !== undefined);
  const exported = () =>
    fromEntries(
      [...states].flatMap(([id, one]) => (one.exportState ? [[id, one.exportState()] as const] : [])),
    );

  return {
    snapshots(request) {
      // Member by member: it is made for each request. An id may be any text, and `__proto__` a field of its own.
      const all: Record<string, Json> = {};
      for (const [id, one] of states) {
        const value = checkSnapshot(id, one.snapshot(request));
        if (id === "__proto__") Object.defineProperty(all, id, { value, enumerable: true });
        else all[id] = value;
      }
      return Object.freeze(all);
    },
    unitOf(policyName, rollout, request, draw) {
      const input = states.get(rollout);
      if (input?.unitOf === undefined) throw unknownRollout(policyName, rollout);
      return input.unitOf(request, draw);
    },
    onlyReads: observers.every(({ onlyReads }) => onlyReads === true),
    observe:
      observers.length === 0
        ? undefined
        : (event) => {
            for (const one of observers) tell(one, event);
          },
    exportState: exported,
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

function hasSnapshot(state: unknown): boolean {
  return typeof (state as PolicyInputState | null | undefined)?.snapshot === "function";
}

/** Snapshots that were found to be JSON: an input makes one when its state changes, not for each request. */
const known = new WeakSet<object>();

/** Throws `InvalidOptionError` unless decisions can hold the snapshot: an async function returns a promise. */
function checkSnapshot(id: string, snapshot: Json): Json {
  if (typeof snapshot !== "object" || snapshot === null || known.has(snapshot)) return snapshot;
  try {
    checkPlainField("snapshot", snapshot);
  } catch (cause) {
    dropPromises(snapshot);
    throw new InvalidOptionError(`snapshot() of ${id}`, snapshot, "a function that returns plain JSON", {
      cause,
    });
  }
  known.add(snapshot);
  return snapshot;
}

/** An id may be any text: `__proto__` becomes a field of its own. */
function fromEntries(entries: readonly (readonly [string, Json])[]): Record<string, Json> {
  return Object.fromEntries(entries);
}

function tell(input: PolicyInputState, event: RouterEvent): void {
  try {
    dropPromises(input.observe?.(event));
  } catch {
    // A failure of an input does not concern the request.
  }
}
