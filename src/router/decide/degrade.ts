import type {
  Candidate,
  Choice,
  Constraint,
  ConstraintContext,
  DegradedBy,
  RecordedCandidate,
} from "../../contracts/index.ts";
import type { Degrade } from "../../contracts/ports/index.ts";
import { ignore } from "../../plugin/ignore.ts";
import { isList } from "../../plugin/is-list.ts";
import type { Settled } from "./deciding.ts";
import { ask } from "./eligible.ts";
import { promiseStateOf } from "./promise-state.ts";

/** The models of a request, of which soft limits of budgets withhold some from the policy. */
interface Degradable<Id extends string> {
  /** Models that the policy may choose. */
  readonly candidates: readonly Candidate<Id>[];
  readonly recorded: readonly RecordedCandidate<Id>[];
  readonly degraded: DegradedBy | undefined;
}

/** Applies the soft limits that depend on no classification, unless a promise on quality is at risk: then none applies. */
export function degradeNow<Id extends string>(
  settled: Settled<Id>,
  degrades: readonly Degrade[],
): Settled<Id> {
  const { parts, deciding } = settled;
  if (promiseStateOf(parts.promise, deciding.request) !== "kept") {
    for (const one of degrades) one.withhold();
    return { ...settled, degrades: undefined };
  }
  return degrade<Id, Settled<Id>>(settled, degrades, false, undefined);
}

/** Returns the wishes among constraints, as soft limits that no promise on quality forbids: they are the sender's own. */
export function wishesOf<Id extends string>(
  constraints: readonly Constraint<Id>[],
  candidates: readonly Candidate<Id>[],
  context: ConstraintContext,
): readonly Degrade[] {
  let wishes: Degrade[] | undefined;
  for (const one of constraints) {
    if (one.yields !== true) continue;
    wishes ??= [];
    wishes.push(wishOf(one, candidates, context));
  }
  return wishes ?? noWishes;
}

const noWishes: readonly Degrade[] = [];

function wishOf<Id extends string>(
  constraint: Constraint<Id>,
  candidates: readonly Candidate<Id>[],
  context: ConstraintContext,
): Degrade {
  const to: Id[] = [];
  let reason = "";
  for (const candidate of candidates) {
    const answer = ask(constraint, candidate, context);
    if (answer === true) to.push(candidate.id);
    else reason = `${constraint.name}: ${answer}`;
  }
  return { to, below: undefined, reason, withhold: ignore };
}

/**
 * Leaves the policy the models that soft limits name. Those that depend on complexity are applied once it is known
 * (`isClassified`), the others before. A soft limit of which no model is permitted does not apply: it fails no request.
 * The policy is then asked as ever, so that its propensities stay exact, and the decision records what it did not see.
 */
export function degrade<Id extends string, One extends Degradable<Id>>(
  given: One,
  degrades: readonly Degrade[],
  isClassified: boolean,
  complexity: number | undefined,
): One {
  let { candidates, recorded, degraded } = given as Degradable<Id>;
  for (const { budget, to, below, reason } of degrades) {
    if ((below !== undefined) !== isClassified) continue;
    if (below !== undefined && !(complexity !== undefined && complexity < below)) continue;
    const kept = candidates.filter(({ id }) => to.includes(id));
    if (kept.length === 0 || kept.length === candidates.length) continue;
    candidates = kept;
    recorded = recorded.map((one) =>
      one.permitted !== true || one.withheld !== undefined || to.includes(one.model)
        ? one
        : { ...one, withheld: reason },
    );
    const first = to.find((id) => kept.some((one) => one.id === id)) as Id;
    degraded =
      degraded === undefined ? { budget, otherwise: first, reason } : { ...degraded, otherwise: first };
  }
  return candidates === given.candidates ? given : { ...given, candidates, recorded, degraded };
}

type Opinion<Id extends string> = Choice<Id> | readonly Choice<Id>[] | undefined;

/**
 * Gives what the policy left without an opinion to the model of the soft limit: a policy that knows only the models
 * that it did not see must not fail the request. What is not a lottery is returned as it is.
 */
export function completed<Id extends string>(
  opinion: Opinion<Id>,
  degraded: DegradedBy | undefined,
): Opinion<Id> {
  if (degraded === undefined || (typeof opinion === "object" && opinion === null)) return opinion;
  const { otherwise, reason } = degraded;
  if (opinion === undefined) return { model: otherwise as Id, reason };
  const list = isList(opinion) ? opinion : [opinion];
  let sum = 0;
  for (const one of list) sum += (one as Choice<Id> | null)?.probability ?? 1;
  if (!(sum < 1)) return opinion;
  return [...list, { model: otherwise as Id, reason, probability: 1 - sum }];
}
