import { errorType } from "../../contracts/errors/index.ts";
import {
  type Candidate,
  type Choice,
  type Classification,
  InvalidRequestError,
  isRouterError,
  type ModelFacts,
  NoEligibleModelError,
  type Policy,
  type PolicyContext,
  PolicyError,
  type RecordedCandidate,
  type RequestFacts,
  type UnitDraw,
} from "../../contracts/index.ts";
import type { Account, BudgetState, Refusal } from "../../contracts/ports/index.ts";
import { boundError } from "../../plugin/bound-error.ts";
import { askClassifier, type Classified, dropPromises } from "../../plugin/index.ts";
import { type AskedPool, askPools } from "./ask-members.ts";
import { candidateFor } from "./candidate.ts";
import { withhold } from "./capabilities.ts";
import { isNearWindow } from "./context-window.ts";
import type { Decided, Deciding, DecisionParts, Settled } from "./deciding.ts";
import { completed, degrade, degradeNow, wishesOf } from "./degrade.ts";
import { type Drawn, draw } from "./draw.ts";
import { permits, recordCandidate } from "./eligible.ts";
import { isUntouched } from "./is-untouched.ts";
import { isNearBound } from "./near-bound.ts";
import { readInputs } from "./read-inputs.ts";
import { recordDecision } from "./record-decision.ts";
import { refusalsOf } from "./refusals-of.ts";
import { unknownComparison } from "./unknown-comparison.ts";
import { keptClassification, ofModels, withQuality } from "./with-quality.ts";

/**
 * Decides by constraints, classifier, policy and draw. Synchronous unless the classifier is asynchronous
 * or tokens have to be counted. Throws or rejects with `NoEligibleModelError`, `BudgetExceededError`,
 * `PolicyError`, or `InvalidRequestError` for a pin that names no model.
 */
export function decide<Id extends string>(
  parts: DecisionParts<Id>,
  deciding: Deciding<Id>,
): Decided<Id> | Promise<Decided<Id>> {
  // Whole milliseconds, as the decision records them: a replayed policy sees the same time.
  const now = Math.floor(parts.clock());
  const pools = parts.hasPools ? askPools(parts, deciding, now, deciding.startedAt) : undefined;
  const all = candidatesOf(parts, deciding.request, deciding.startedAt, pools);
  for (const candidate of pools === undefined ? all : toCount(all, pools)) {
    if (isNearWindow(candidate, deciding.request) || isNearBound(parts, deciding, candidate))
      return decideExactly(parts, deciding, now);
  }
  return decideAmong(parts, deciding, all, now, pools);
}

async function decideExactly<Id extends string>(
  parts: DecisionParts<Id>,
  deciding: Deciding<Id>,
  now: number,
): Promise<Decided<Id>> {
  const inputTokens = await deciding.countTokens();
  // The estimate has to do: an upper bound still bounds what a call may cost.
  if (inputTokens === undefined) return decideOn(parts, deciding, now);
  const mostInputTokens = deciding.mostWhenCounted?.(inputTokens);
  const request: RequestFacts = Object.freeze({
    ...deciding.request,
    inputTokens,
    inputTokensExact: true,
    mostInputTokens: mostInputTokens ?? deciding.request.mostInputTokens,
  });
  return decideOn(parts, { ...deciding, request }, now);
}

function decideOn<Id extends string>(
  parts: DecisionParts<Id>,
  deciding: Deciding<Id>,
  now: number,
): Decided<Id> | Promise<Decided<Id>> {
  const at = parts.monotonic();
  const pools = parts.hasPools ? askPools(parts, deciding, now, at) : undefined;
  return decideAmong(parts, deciding, candidatesOf(parts, deciding.request, at, pools), now, pools);
}

function candidatesOf<Id extends string>(
  parts: DecisionParts<Id>,
  request: RequestFacts,
  now: number,
  pools: ReadonlyMap<Id, AskedPool<Id>> | undefined,
): Candidate<Id>[] {
  return parts.models.map(
    (model) => pools?.get(model.id)?.candidate ?? candidateFor(parts, model.id, model, request, now),
  );
}

/** Returns the candidates for which the input may have to be counted: of a pool each member. */
function toCount<Id extends string>(
  all: readonly Candidate<Id>[],
  pools: ReadonlyMap<Id, AskedPool<Id>>,
): readonly Candidate<Id>[] {
  return all.flatMap((one) => pools.get(one.id)?.asked.map(({ candidate }) => candidate) ?? [one]);
}

function decideAmong<Id extends string>(
  parts: DecisionParts<Id>,
  deciding: Deciding<Id>,
  models: readonly Candidate<Id>[],
  now: number,
  pools: ReadonlyMap<Id, AskedPool<Id>> | undefined,
): Decided<Id> | Promise<Decided<Id>> {
  const { request, constraints, pin, hop, account } = deciding;
  let refusals: Map<Id, Refusal> | undefined;
  const context = { request, hop: "answer", now } as const;
  const candidates: Candidate<Id>[] = [];
  const recorded: RecordedCandidate<Id>[] = [];
  for (const candidate of models) {
    const pool = pools?.get(candidate.id);
    let permitted = pool === undefined ? permits(candidate, constraints, context) : pool.permitted;
    const fits = permitted === true ? fitsOne(account, candidate, pool) : true;
    if (fits !== true) {
      permitted = `${fits.by}: ${fits.reason}`;
      refusals ??= new Map();
      refusals.set(candidate.id, fits);
    }
    if (permitted === true) candidates.push(candidate);
    const record = recordCandidate(candidate, permitted, request);
    recorded.push(pool === undefined ? record : { ...record, members: pool.members });
  }
  const withheld = withhold(candidates, recorded, request, { pin, isStrict: parts.strictCapabilities });
  const isNew = request.session === undefined || deciding.sessionUnknown !== undefined;
  const session = isNew ? undefined : Object.freeze(parts.sessionOf(request, now));
  const { spend, budgets, degrades } = account.state() ?? noState;
  const all: Settled<Id> = {
    parts,
    deciding,
    candidates,
    recorded,
    permitted: candidates,
    refusals,
    session,
    spend,
    budgets,
    degrades,
    degraded: undefined,
    withheld,
    now,
  };
  if (pin !== undefined) return pinned(all, pin);
  if (candidates.length === 0) throw noneLeft(all, recorded);
  const within = degrades === undefined ? all : degradeNow(all, degrades);
  const wishes = wishesOf(constraints, candidates, context);
  const settled = wishes.length === 0 ? within : degrade(within, wishes, false, undefined);
  // The classification does not matter if only one model is permitted.
  if (settled.candidates.length === 1) return choose(settled, undefined);
  const classified = askClassifier(parts.classifier, request, hop, parts.classifierTimeoutMs);
  return classified instanceof Promise
    ? classified.then((one) => choose(settled, one))
    : choose(settled, classified);
}

const noState: Partial<BudgetState> = {};

/** Returns true if the model can be paid for: of a pool a member whose budgets have room. */
function fitsOne<Id extends string>(
  account: Account,
  candidate: Candidate<Id>,
  pool: AskedPool<Id> | undefined,
): true | Refusal {
  const call = { costUsd: toPay(candidate), tokens: candidate.leastTokens };
  if (pool === undefined) return account.fits(call, candidate);
  let refusal: Refusal | undefined;
  for (const { permitted, candidate: member } of pool.asked) {
    if (permitted !== true) continue;
    const fits = account.fits(call, member);
    if (fits === true) return true;
    refusal ??= fits;
  }
  return refusal ?? account.fits(call, candidate);
}

/** Returns the amount that must be left for a call of the model. */
function toPay({ leastCostUsd, estimatedCostUsd }: Candidate): number | undefined {
  return leastCostUsd ?? estimatedCostUsd;
}

function pinned<Id extends string>(settled: Settled<Id>, pin: Id): Decided<Id> {
  const { parts, recorded } = settled;
  const wanted = recorded.find(({ model }) => model === pin);
  if (wanted === undefined) {
    const known = parts.models.map(({ id }) => id).join(", ");
    throw new InvalidRequestError("model", `pins a model that the router does not have; it has ${known}`);
  }
  if (wanted.permitted !== true) throw noneLeft(settled, [wanted]);
  const choice: Choice<Id> = { model: pin, reason: "pinned by the request" };
  return recordDecision(settled, { choice, propensity: 1 }, 0, undefined, true);
}

/** Returns the error for a request that no model may serve: a budget error where cost is the reason. */
export function noneLeft<Id extends string>(
  { refusals, deciding }: Settled<Id>,
  recorded: readonly RecordedCandidate<Id>[],
): Error {
  const unpaid = recorded.flatMap(({ model }) => {
    const refusal = refusals?.get(model);
    return refusal === undefined ? [] : [{ model, refusal }];
  });
  // A budget is named if it refuses any model; a request's own bound only if it refuses all.
  const byBudget = unpaid.filter(({ refusal }) => refusal.by === "budget");
  const decisive = byBudget.length > 0 ? byBudget : unpaid.length === recorded.length ? unpaid : [];
  // A budget that lacks a price is named only if none is used up.
  const first = decisive.find(({ refusal }) => refusal.unpriced === undefined) ?? decisive[0];
  if (first === undefined)
    return new NoEligibleModelError(
      Object.fromEntries(recorded.map(({ model, permitted }) => [model, String(permitted)])),
    );
  const problem = decisive.map(({ model, refusal }) => `${model}: ${refusal.reason}`).join("; ");
  return boundError(deciding.account.reached(first.refusal), problem);
}

/** Asks the policy about a request whose permitted models are known, and draws. */
function choose<Id extends string>(asked: Settled<Id>, classified: Classified | undefined): Decided<Id> {
  const { models, policy, inputsOf } = asked.parts;
  const { request } = asked.deciding;
  const inputs = inputsOf === undefined ? undefined : readInputs(policy.name, inputsOf, request);
  const classification = ownOf(classified?.classification, models);
  const seen =
    asked.degrades === undefined
      ? asked
      : degrade<Id, Settled<Id>>(asked, asked.degrades, true, classification?.complexity);
  const settled = withQuality<Id, Settled<Id>>(seen, models, classification?.quality);
  const { parts, deciding, candidates, session, spend, budgets, now } = settled;
  const context: PolicyContext<Id> = {
    request,
    // A copy: the decision records what the policy was given.
    classification: classification && keptClassification(classification),
    candidates,
    session,
    spend,
    budgets,
    inputs: inputs ?? noInputs,
    now,
  };
  let opinion: ReturnType<Policy<Id>["select"]>;
  try {
    opinion = policy.select(context);
  } catch (cause) {
    if (isRouterError(cause, "policy")) throw cause;
    throw new PolicyError(policy.name, `threw an error of type ${errorType(cause)}`, { cause });
  }
  if (!isUntouched(context, settled, request, classification))
    throw new PolicyError(policy.name, "changed the candidates that it was given, or what came with them");
  const random = deciding.draw ?? parts.random();
  let drawn: Drawn<Id>;
  try {
    drawn = draw(
      policy.name,
      completed(opinion, settled.degraded),
      candidates,
      random,
      (comparison) => unitOf(parts, comparison, request, random),
      () => refusalsOf(policy, settled.recorded),
    );
  } catch (cause) {
    dropPromises(opinion);
    if (isRouterError(cause, "policy")) throw cause;
    throw new PolicyError(policy.name, "returned something that cannot be read", { cause });
  }
  const kept = classified && { classification, error: classified.error };
  return recordDecision(settled, drawn, random, kept, false, inputs);
}

/** Returns the classification with the qualities of these models alone. It is a copy of our own already. */
function ownOf(
  classification: Classification | undefined,
  models: readonly { readonly facts: ModelFacts }[],
): Classification | undefined {
  if (classification === undefined) return undefined;
  const { quality } = classification;
  return quality === undefined ? classification : ofModels(classification, models);
}

function unitOf<Id extends string>(
  { policy, unitOf: ask }: DecisionParts<Id>,
  comparison: string,
  request: RequestFacts,
  random: number,
): UnitDraw | undefined {
  if (ask === undefined) throw unknownComparison(policy.name, comparison);
  return ask(policy.name, comparison, request, random);
}

const noInputs: PolicyContext["inputs"] = Object.freeze({});
