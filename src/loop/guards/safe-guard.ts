import { dropPromises } from "../../plugin/index.ts";
import type { Guard, GuardEvidence } from "./guard.ts";

/**
 * Returns the guard of a user as one that never throws where states are put together and read: it then says nothing, and
 * a guard that says nothing holds the rollout. Units are added by a function that expects the worst already.
 */
export function safeGuard(guard: Guard, kind: Guard["kind"]): Guard {
  const { name, margin, marginOf, unit, exact, of, initial, begin } = guard;
  return Object.freeze({
    name,
    kind,
    margin,
    marginOf,
    unit,
    exact,
    of,
    initial,
    value: (requests) => guard.value(requests),
    add: (state, arm, value) => settled(guard.add(state, arm, value)),
    ...(begin !== undefined && {
      begin: (state: unknown, at: number) => orElse(() => settled(guard.begin?.(state, at)), state),
    }),
    merge: (states, spread) => orElse(() => settled(guard.merge(states, spread)), initial),
    evidence: (state) => orElse(() => checkedEvidence(guard.evidence(state)), nothing),
    isState: (value): value is unknown => orElse(() => settled(guard.isState(value)) === true, false),
  } satisfies Guard);
}

const nothing: GuardEvidence = Object.freeze({ harm: 1, safe: 0, pairs: 0 });
const shown = ["control", "candidate", "low", "high", "clippedShare", "unknownShare"] as const;

/** Evidence that does not consist of numbers says nothing: one bad guard must not keep the others from rolling back. */
function checkedEvidence(given: GuardEvidence): GuardEvidence {
  if (dropPromises(given)) return nothing;
  const { harm, safe, pairs } = given;
  for (const one of [harm, safe, pairs, ...shown.map((name) => given[name])]) dropPromises(one);
  if (![harm, safe, pairs].every((one) => typeof one === "number" && one >= 0)) return nothing;
  const means = shown.filter((name) => Number.isFinite(given[name])).map((name) => [name, given[name]]);
  return { harm: held(harm), safe: held(safe), pairs: held(pairs), ...Object.fromEntries(means) };
}

/** Returns a value of a user's function. A promise is not a state of a guard, and its failure would end the process. */
function settled<T>(value: T): T {
  // Asked for each unit: only a promise is searched for others.
  if (typeof (value as { readonly then?: unknown } | undefined)?.then === "function") dropPromises(value);
  return value;
}

/** JSON has no infinity. */
function held(value: number): number {
  return Math.min(value, Number.MAX_VALUE);
}

function orElse<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
