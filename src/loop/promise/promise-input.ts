import type { Json, PolicyInput, PromiseState, QualityPromise } from "../../contracts/index.ts";
import { rest } from "./promise-categories.ts";
import type { StreamState } from "./promise-stream.ts";
import type { StandingState } from "./standing.ts";

/** State of a promise as decisions record it. */
export type PromiseSnapshot = {
  readonly state: StandingState;
  /** Names of categories, at most 20 in all. */
  readonly atRisk: readonly string[];
  readonly broken: readonly string[];
  readonly maxLoss: number;
};

/** Returns the frozen snapshot of the statements. That of the rest of categories is not in it: it names no request. */
export function snapshotOf(
  overall: StreamState,
  categories: readonly (readonly [name: string, stream: StreamState])[],
  maxLoss: number,
): PromiseSnapshot {
  const inState = (wanted: StandingState) =>
    Object.freeze(
      categories.flatMap(([name, { state }]) => (state === wanted && name !== rest ? [name] : [])),
    );
  return Object.freeze({
    state: overall.state,
    atRisk: inState("at-risk"),
    broken: inState("broken"),
    maxLoss,
  });
}

/** Returns the state for a request of the category: the worse one of all traffic and of the category. */
export function stateFor(
  { state, atRisk, broken }: PromiseSnapshot,
  category: string | undefined,
): { readonly state: PromiseState; readonly category?: string | undefined } {
  if (state === "broken") return { state };
  if (category !== undefined && broken.includes(category)) return { state: "broken", category };
  if (state === "at-risk") return { state };
  if (category !== undefined && atRisk.includes(category)) return { state: "at-risk", category };
  return { state: "kept" };
}

/** An input that shows a promise, and the promise: a router holds its soft limits and certificates against it. */
export interface PromiseInput extends PolicyInput<PromiseSnapshot> {
  readonly promise: QualityPromise;
}

/** Creates the input of a promise that a policy reads. */
export function promiseInput(
  id: string,
  promise: QualityPromise,
  parts: {
    readonly snapshot: () => PromiseSnapshot;
    readonly exportState: () => Json;
    readonly restoreState: (state: Json) => void;
  },
): PromiseInput {
  return Object.freeze({ id, promise, create: () => parts });
}
