import type { PromiseState, QualityPromise, RequestFacts } from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";

const states: readonly unknown[] = ["kept", "at-risk", "broken"];

/** Returns the state of a promise for a request; `kept` without one, `at-risk` for one that throws or says anything else. */
export function promiseStateOf(promise: QualityPromise | undefined, request: RequestFacts): PromiseState {
  if (promise === undefined) return "kept";
  try {
    const state: unknown = promise.state(request);
    dropPromises(state);
    return states.includes(state) ? (state as PromiseState) : "at-risk";
  } catch {
    return "at-risk";
  }
}

/** Returns one promise for all of them, whose state is the worst of theirs; undefined if there are none. */
export function worstOf(promises: readonly (QualityPromise | undefined)[]): QualityPromise | undefined {
  const given = [...new Set(promises)].filter((one) => one !== undefined);
  if (given.length < 2) return given[0];
  return {
    state(request) {
      const found = given.map((promise) => promiseStateOf(promise, request));
      return found.includes("broken") ? "broken" : found.includes("at-risk") ? "at-risk" : "kept";
    },
  };
}
