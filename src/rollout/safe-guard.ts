import type { Guard } from "./guards/guard.ts";

/**
 * Returns the guard of a user as one that never throws where states are put together and read: it then says nothing, and
 * a guard that says nothing holds the rollout. Units are added by a function that expects the worst already.
 */
export function safeGuard(guard: Guard, kind: Guard["kind"]): Guard {
  const { name, margin, marginOf, unit, exact, initial } = guard;
  return Object.freeze({
    name,
    kind,
    margin,
    marginOf,
    unit,
    exact,
    initial,
    value: (requests) => guard.value(requests),
    add: (state, arm, value) => guard.add(state, arm, value),
    merge: (states, spread) => orElse(() => guard.merge(states, spread), initial),
    evidence: (state) => orElse(() => guard.evidence(state), nothing),
    isState: (value): value is unknown => orElse(() => guard.isState(value), false),
  } satisfies Guard);
}

const nothing = Object.freeze({ harm: 1, safe: 0, pairs: 0 });

function orElse<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
