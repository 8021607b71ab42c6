import {
  InvalidOptionError,
  type Json,
  type PolicyInput,
  type PolicyInputRuntime,
  type PolicyInputState,
  type RequestFacts,
  type UnitDraw,
} from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";
import { checkMethods, checkText } from "../../plugin/option-checks.ts";
import { unknownComparison } from "../decide/index.ts";
import { checkPlainField } from "../request/index.ts";
import { checkedFunction } from "./checked-function.ts";

/** State that the policy of a router reads. */
export interface PolicyInputs {
  /** Returns all snapshots for a request by id, frozen. */
  snapshots(request: RequestFacts): Readonly<Record<string, Json>>;
  /**
   * Returns the unit of a request by the input of a comparison. Throws `PolicyError` if no input of that id knows units, and
   * what the input throws.
   */
  unitOf(policyName: string, comparison: string, request: RequestFacts, draw: number): UnitDraw | undefined;
  /** All inputs by id. */
  readonly live: ReadonlyMap<string, LiveInput>;
}

/** An input and its state in this router. */
export interface LiveInput {
  readonly input: PolicyInput;
  /** Classifier that the state was created for. */
  readonly classifier: string;
  readonly state: PolicyInputState;
}

/**
 * Creates the inputs of a policy. An input that one of `earlier` has, for the same classifier, keeps its state; another
 * one of the same id takes over what it can read of it. Throws `InvalidOptionError`, also for two inputs with one id.
 */
export function createPolicyInputs(
  reads: readonly PolicyInput[],
  runtime: PolicyInputRuntime,
  earlier: readonly PolicyInputs[] = [],
): PolicyInputs {
  const live = new Map<string, LiveInput>();
  const states = new Map<string, PolicyInputState>();
  for (const [index, input] of reads.entries()) {
    const option = `policy.reads[${index}]`;
    checkMethods(option, input, ["create"]);
    checkText(`${option}.id`, input.id);
    if (input.promise !== undefined) checkMethods(`${option}.promise`, input.promise, ["state"]);
    if (states.has(input.id))
      throw new InvalidOptionError(`${option}.id`, input.id, "different for each input: share the object");
    const known = earlier.flatMap((one) => one.live.get(input.id) ?? []);
    const same = known.find((one) => one.input === input && one.classifier === runtime.classifier);
    const create = () => input.create(runtime);
    const expected = "a function that returns an object with snapshot()";
    const state = same?.state ?? checkedFunction(`${option}.create`, create, expected, hasSnapshot)();
    if (same === undefined && known[0] !== undefined) takeOver(state, known[0].state);
    states.set(input.id, state);
    live.set(input.id, { input, classifier: runtime.classifier, state });
  }

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
    unitOf(policyName, comparison, request, draw) {
      const input = states.get(comparison);
      if (input?.unitOf === undefined) throw unknownComparison(policyName, comparison);
      return input.unitOf(request, draw);
    },
    live,
  };
}

/** Gives a state what an earlier one of the same id knows. One that cannot read it begins without. */
function takeOver(state: PolicyInputState, earlier: PolicyInputState): void {
  if (state === earlier || state.restoreState === undefined) return;
  try {
    const known = earlier.exportState?.();
    if (known !== undefined) state.restoreState(known);
  } catch {
    // By contract nothing has changed.
  }
}

function hasSnapshot(state: unknown): boolean {
  return typeof (state as PolicyInputState | null | undefined)?.snapshot === "function";
}

/** Snapshots that were found to be JSON: an input makes one when its state changes, not for each request. */
const known = new WeakSet<object>();

/** Largest snapshot as JSON, in characters: each decision holds one, and logs keep it. */
const longest = 1_024;

/**
 * Throws `InvalidOptionError` unless decisions can hold the snapshot: an async function returns a promise, and one that
 * returns all that it knows grows with its state.
 */
function checkSnapshot(id: string, snapshot: Json): Json {
  if (typeof snapshot !== "object" || snapshot === null) {
    if (typeof snapshot === "string") checkLength(id, snapshot);
    return snapshot;
  }
  if (known.has(snapshot)) return snapshot;
  try {
    checkPlainField("snapshot", snapshot);
  } catch (cause) {
    dropPromises(snapshot);
    throw new InvalidOptionError(`snapshot() of ${id}`, snapshot, "a function that returns plain JSON", {
      cause,
    });
  }
  checkLength(id, snapshot);
  known.add(snapshot);
  return snapshot;
}

function checkLength(id: string, snapshot: Json): void {
  const { length } = JSON.stringify(snapshot);
  if (length <= longest) return;
  const expected = `a function that returns at most ${longest} characters of JSON`;
  throw new InvalidOptionError(`snapshot() of ${id}`, length, expected);
}
