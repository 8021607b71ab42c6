import type {
  Candidate,
  Classifier,
  Constraint,
  ConstraintContext,
  Decision,
  ModelFacts,
  RecordedCandidate,
  RequestFacts,
} from "../../contracts/index.ts";
import { askClassifier, type Classified } from "../../plugin/index.ts";
import { mergeFacts } from "../../plugin/merge-facts.ts";
import { askMembers } from "./ask-members.ts";
import { permittedOf } from "./ask-pools.ts";
import { choose } from "./decide.ts";
import type { Decided, Deciding, DecidingModel, DecisionParts, Settled } from "./deciding.ts";
import { permits } from "./eligible.ts";
import { noneLeft } from "./none-left.ts";
import { takeBackUnknown } from "./refuse-unknown.ts";

/** A decision of the past with its request. */
export interface PastDecision<Id extends string> {
  readonly decision: Decision<Id>;
  readonly request: RequestFacts;
  /** Constraints of the request itself. */
  readonly own: readonly Constraint<Id>[];
}

/** The parts that made a decision of the past, as far as it depends on them. */
export interface FormerParts<Id extends string> {
  readonly classifier: Classifier;
  /** The router's constraints. */
  readonly constraints: readonly Constraint<Id>[];
}

/**
 * Decides a request of the past again by other parts, on what was recorded: estimates, health, session, budgets and
 * draw. The classifier is asked if it is another one, or if it was not asked before and now matters. `deciding` stands for
 * the request; its constraints are those of the router. Undefined where the classifier gives no answer, so that nothing
 * can be compared. Throws or rejects as `decide` does.
 */
export function redecide<Id extends string>(
  parts: DecisionParts<Id>,
  deciding: Deciding<Id>,
  past: PastDecision<Id>,
  former: FormerParts<Id>,
): Decided<Id> | undefined | Promise<Decided<Id> | undefined> {
  const settled = settle(parts, deciding, past, former);
  if (settled.candidates.length === 0) throw noneLeft(settled, settled.recorded);
  if (settled.candidates.length === 1) return choose(settled, undefined);
  const { classification, classifierError } = past.decision;
  if (parts.classifier === former.classifier && (classification ?? classifierError) !== undefined)
    return choose(settled, classification && { classification });
  const { request, hop } = deciding;
  const classified = askClassifier(parts.classifier, request, hop, parts.classifierTimeoutMs);
  const chosen = (one: Classified) => (one.error === undefined ? choose(settled, one) : undefined);
  return classified instanceof Promise ? classified.then(chosen) : chosen(classified);
}

function settle<Id extends string>(
  parts: DecisionParts<Id>,
  deciding: Deciding<Id>,
  { decision, own }: PastDecision<Id>,
  former: FormerParts<Id>,
): Settled<Id> {
  const { request, constraints } = deciding;
  const now = Date.parse(decision.at);
  const context = { request, hop: "answer", now } as const;
  const isSame = constraints === former.constraints;
  const [before, after] = [
    [...former.constraints, ...own],
    [...constraints, ...own],
  ];
  const permitted: Candidate<Id>[] = [];
  const recorded: RecordedCandidate<Id>[] = [];
  for (const [at, one] of decision.candidates.entries()) {
    const facts = factsOf(parts.models[at] as DecidingModel<Id>);
    const candidate = candidateOf(parts, one, facts);
    let answer = one.permitted;
    // Refused then although the constraints permitted it: a budget, or what is not known of the model. That stays.
    const wasElse =
      answer !== true && !isSame && permitsModel(parts, at, candidate, before, context) === true;
    if (!isSame && !wasElse && !isEmptyPool(parts.models[at]))
      answer = permitsModel(parts, at, candidate, after, context);
    if (answer === true) permitted.push(candidate);
    recorded.push({ ...one, permitted: answer, estimatedQuality: undefined });
  }
  takeBackUnknown(permitted, recorded, request, undefined);
  const withheld = new Set(recorded.flatMap((one) => (one.withheld === undefined ? [] : [one.model])));
  const seen = permitted.filter(({ id }) => !withheld.has(id));
  // A soft limit that leaves no model does not apply.
  const isDegraded = seen.length > 0;
  return {
    parts,
    deciding,
    candidates: isDegraded ? seen : permitted,
    recorded: isDegraded ? recorded : recorded.map((one) => ({ ...one, withheld: undefined })),
    permitted,
    refusals: undefined,
    session: decision.session,
    spend: decision.spend,
    budgets: decision.budgets,
    degrades: undefined,
    degraded: isDegraded ? decision.degraded : undefined,
    now,
  };
}

/** True for a pool of which no member is known now: what its constraints answered then stays. */
function isEmptyPool<Id extends string>(model: DecidingModel<Id> | undefined): boolean {
  return model?.pool !== undefined && model.pool.members().length === 0;
}

/** Returns the facts of a model; of a pool, those that hold for every member that it has now. */
function factsOf<Id extends string>({ facts, pool }: DecidingModel<Id>): ModelFacts {
  if (pool === undefined) return facts;
  const members = pool.members().map((member) => member.facts);
  return members.length === 0 ? facts : mergeFacts(facts.name, members, undefined);
}

/** Returns a candidate as it was seen then. */
function candidateOf<Id extends string>(
  { kinOf }: DecisionParts<Id>,
  one: RecordedCandidate<Id>,
  facts: ModelFacts,
): Candidate<Id> {
  return {
    id: one.model,
    ...kinOf(one.model, facts),
    facts,
    estimatedInputTokens: one.estimatedInputTokens,
    estimatedCostUsd: one.estimatedCostUsd,
    leastCostUsd: one.leastCostUsd,
    leastTokens: one.leastTokens,
    usualOutputTokens: one.usualOutputTokens,
    health: one.health,
    ...(one.load !== undefined && { load: one.load }),
    ...(one.gpu !== undefined && { gpu: one.gpu }),
  };
}

/** Evaluates constraints about a model of the past, or about the members that its pool has now. */
function permitsModel<Id extends string>(
  parts: DecisionParts<Id>,
  at: number,
  candidate: Candidate<Id>,
  constraints: readonly Constraint<Id>[],
  context: ConstraintContext,
): true | string {
  const { id, pool } = parts.models[at] as DecidingModel<Id>;
  if (pool === undefined) return permits(candidate, constraints, context);
  return permittedOf(askMembers(parts, id, pool.members(), constraints, context, parts.monotonic()));
}
