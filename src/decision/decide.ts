import { errorType } from "../contracts/errors/index.ts";
import {
  BudgetExceededError,
  type Candidate,
  type Choice,
  type Classification,
  type Classifier,
  type ClassifierError,
  type Constraint,
  type Decision,
  type HopContext,
  InvalidRequestError,
  isRouterError,
  type Json,
  type ModelFacts,
  NoEligibleModelError,
  type Policy,
  type PolicyContext,
  type PolicyDescription,
  PolicyError,
  type RecordedCandidate,
  type RequestFacts,
  type SessionFacts,
  type Spend,
} from "../contracts/index.ts";
import type { Account, Refusal } from "../contracts/ports/index.ts";
import { askClassifier, type Classified, dropPromises, timestamp } from "../plugin/index.ts";
import { type CandidateParts, candidateFor } from "./candidate.ts";
import { capabilities } from "./capabilities.ts";
import type { Certification } from "./certification.ts";
import { isNearWindow } from "./context-window.ts";
import { type Drawn, draw } from "./draw.ts";
import { permits, recordCandidate } from "./eligible.ts";
import { fallbacksOf } from "./fallbacks.ts";
import { isUntouched } from "./is-untouched.ts";
import { keptChoice } from "./kept-choice.ts";
import { keptClassification } from "./kept-classification.ts";
import { planOf } from "./plan-of.ts";
import { recordedFacts } from "./recorded-facts.ts";
import { refuseUnknown } from "./refuse-unknown.ts";
import { ofModels, withQuality } from "./with-quality.ts";

/** The parts of a router that decide; the same for all its requests. */
export interface DecisionParts<Id extends string> extends CandidateParts {
  readonly models: readonly { readonly id: Id; readonly facts: ModelFacts }[];
  readonly policy: Policy<Id>;
  readonly description: PolicyDescription;
  readonly classifier: Classifier;
  readonly classifierTimeoutMs: number;
  readonly certification: Certification;
  /** Returns a random number in [0, 1). */
  readonly random: () => number;
  /** Returns milliseconds since the epoch. */
  readonly clock: () => number;
  /** Returns milliseconds on the monotonic clock, for what is known of models. */
  readonly monotonic: () => number;
  /** Returns the session of a request; called only if the request names one. */
  readonly sessionOf: (request: RequestFacts, now: number) => SessionFacts<Id> | undefined;
  /** Returns `Candidate.leastCostUsd`; undefined if the price is not known. */
  readonly leastCostUsd: (facts: ModelFacts, request: RequestFacts) => number | undefined;
  /** Returns the spend of a tenant; absent if there is no budget. */
  readonly spendOf: ((tenant: string | undefined, now: number) => Spend) | undefined;
  /** Returns what the policy reads; absent if it reads nothing. */
  readonly inputsOf: (() => Readonly<Record<string, Json>>) | undefined;
  readonly versions: Decision["versions"];
}

/** One request to decide. */
export interface Deciding<Id extends string> {
  readonly id: string;
  /** Start on the monotonic clock in milliseconds. */
  readonly startedAt: number;
  readonly request: RequestFacts;
  /** The router's constraints and the request's own. */
  readonly constraints: readonly Constraint<Id>[];
  readonly pin: Id | undefined;
  /** True if other models may answer when the plan fails. Default: true without a pin. */
  readonly fallback: boolean | undefined;
  /** The request's account, asked last, so that all constraints permit the models it refuses. */
  readonly account: Account;
  readonly hop: HopContext;
  /** Number to use instead of the router's random number. */
  readonly draw: number | undefined;
  /**
   * Counts the input's tokens; called only if an estimate cannot decide whether they fit a window, or whether
   * a call can be paid for.
   */
  readonly countTokens: () => Promise<number>;
  /** Returns the upper bound of the input's tokens once they are counted. Absent without a bound on cost. */
  readonly mostWhenCounted?: ((counted: number) => number) | undefined;
}

/** A decision with its choice, which holds the checks that JSON cannot. */
export interface Decided<Id extends string> {
  readonly decision: Decision<Id>;
  readonly choice: Choice<Id>;
  /** The request's facts, with counted tokens where they were counted. */
  readonly request: RequestFacts;
  readonly classifierError: ClassifierError | undefined;
}

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
  const all = candidatesOf(parts, deciding.request, deciding.startedAt);
  for (const candidate of all) {
    if (isNearWindow(candidate, deciding.request)) return decideExactly(parts, deciding, now);
    if (isNearBound(parts, deciding, candidate)) return decideExactly(parts, deciding, now);
  }
  return decideAmong(parts, deciding, all, now);
}

async function decideExactly<Id extends string>(
  parts: DecisionParts<Id>,
  deciding: Deciding<Id>,
  now: number,
): Promise<Decided<Id>> {
  const inputTokens = await deciding.countTokens();
  const mostInputTokens = deciding.mostWhenCounted?.(inputTokens);
  const request: RequestFacts = Object.freeze({
    ...deciding.request,
    inputTokens,
    inputTokensExact: true,
    mostInputTokens: mostInputTokens ?? deciding.request.mostInputTokens,
  });
  return decideAmong(parts, { ...deciding, request }, candidatesOf(parts, request, parts.monotonic()), now);
}

/**
 * True if only a count of the input can decide whether a call of the model can be paid for: with the upper bound
 * of its tokens it cannot, with their estimate it can.
 */
function isNearBound<Id extends string>(
  { leastCostUsd }: DecisionParts<Id>,
  { request, account, mostWhenCounted }: Deciding<Id>,
  candidate: Candidate<Id>,
): boolean {
  const { leastCostUsd: costUsd, facts, estimatedInputTokens } = candidate;
  if (costUsd === undefined || request.inputTokensExact || mostWhenCounted === undefined) return false;
  const left = account.left();
  if (left === undefined || costUsd <= left.usd) return false;
  const estimated = { ...request, mostInputTokens: estimatedInputTokens ?? request.inputTokens };
  return (leastCostUsd(facts, estimated) ?? costUsd) <= left.usd;
}

function candidatesOf<Id extends string>(
  parts: DecisionParts<Id>,
  request: RequestFacts,
  now: number,
): Candidate<Id>[] {
  return parts.models.map(({ id, facts }) => candidateFor(parts, id, facts, request, now));
}

function decideAmong<Id extends string>(
  parts: DecisionParts<Id>,
  deciding: Deciding<Id>,
  all: readonly Candidate<Id>[],
  now: number,
): Decided<Id> | Promise<Decided<Id>> {
  const { request, constraints, pin, hop, account } = deciding;
  let refusals: Map<Id, Refusal> | undefined;
  const context = { request, hop: "answer", now } as const;
  const candidates: Candidate<Id>[] = [];
  const recorded: RecordedCandidate<Id>[] = [];
  for (const candidate of all) {
    let permitted = permits(candidate, constraints, context);
    const fits = permitted === true ? account.fits({ costUsd: toPay(candidate) }) : true;
    if (fits !== true) {
      permitted = `${fits.by}: ${fits.reason}`;
      refusals ??= new Map();
      refusals.set(candidate.id, fits);
    }
    if (permitted === true) candidates.push(candidate);
    recorded.push(recordCandidate(candidate, permitted, request));
  }
  refuseUnknownOf(candidates, recorded, request, pin);
  const session = request.session === undefined ? undefined : Object.freeze(parts.sessionOf(request, now));
  const spend = Object.freeze(parts.spendOf?.(request.tenant, now));
  const settled: Settled<Id> = { parts, deciding, candidates, recorded, refusals, session, spend, now };
  if (pin !== undefined) return pinned(settled, pin);
  if (candidates.length === 0) throw noneLeft(settled, recorded);
  // The classification does not matter if only one model is permitted.
  if (candidates.length === 1) return choose(settled, undefined);
  const classified = askClassifier(parts.classifier, request, hop, parts.classifierTimeoutMs);
  return classified instanceof Promise
    ? classified.then((one) => choose(settled, one))
    : choose(settled, classified);
}

/** Returns the amount that must be left for a call of the model. */
function toPay({ leastCostUsd, estimatedCostUsd }: Candidate): number | undefined {
  return leastCostUsd ?? estimatedCostUsd;
}

/**
 * Takes back permits of models whose capabilities are not known, where others' are. A pinned model keeps its: the
 * caller says that it can.
 */
function refuseUnknownOf<Id extends string>(
  candidates: Candidate<Id>[],
  recorded: RecordedCandidate<Id>[],
  request: RequestFacts,
  pin: Id | undefined,
): void {
  const refused = refuseUnknown(candidates, request);
  if (refused === undefined) return;
  const kept = candidates.filter(({ id }) => id === pin || !refused.has(id));
  candidates.splice(0, candidates.length, ...kept);
  for (const [at, one] of recorded.entries()) {
    const reason = refused.get(one.model);
    if (reason !== undefined && one.model !== pin)
      recorded[at] = { ...one, permitted: `${capabilities.name}: ${reason}` };
  }
}

interface Settled<Id extends string> {
  readonly parts: DecisionParts<Id>;
  readonly deciding: Deciding<Id>;
  readonly candidates: readonly Candidate<Id>[];
  readonly recorded: readonly RecordedCandidate<Id>[];
  /** Refusals of the account, by id. Absent: none. */
  readonly refusals: ReadonlyMap<Id, Refusal> | undefined;
  readonly session: SessionFacts<Id> | undefined;
  readonly spend: Spend | undefined;
  readonly now: number;
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
  return record(settled, { choice, propensity: 1 }, 0, undefined, true);
}

function choose<Id extends string>(asked: Settled<Id>, classified: Classified | undefined): Decided<Id> {
  const { models } = asked.parts;
  const classification = ownOf(classified?.classification, models);
  const settled = withQuality<Id, Settled<Id>>(asked, models, classification?.quality);
  const { parts, deciding, candidates, session, spend, now } = settled;
  const { policy } = parts;
  const { request } = deciding;
  const inputs = parts.inputsOf === undefined ? undefined : readInputs(policy.name, parts.inputsOf);
  const context: PolicyContext<Id> = {
    request,
    // A copy: the decision records what the policy was given.
    classification: classification && keptClassification(classification),
    candidates,
    session,
    spend,
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
    drawn = draw(policy.name, opinion, candidates, random);
  } catch (cause) {
    dropPromises(opinion);
    if (isRouterError(cause, "policy")) throw cause;
    throw new PolicyError(policy.name, "returned something that cannot be read", { cause });
  }
  const kept = classified && { classification, error: classified.error };
  return record(settled, drawn, random, kept, false, inputs);
}

interface Asked {
  readonly classification: Classification | undefined;
  readonly error: ClassifierError | undefined;
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

const noInputs: PolicyContext["inputs"] = Object.freeze({});

function readInputs(policyName: string, inputsOf: () => PolicyContext["inputs"]): PolicyContext["inputs"] {
  try {
    return inputsOf();
  } catch (cause) {
    if (isRouterError(cause)) throw cause;
    throw new PolicyError(policyName, `what it reads threw an error of type ${errorType(cause)}`, { cause });
  }
}

function record<Id extends string>(
  settled: Settled<Id>,
  { choice: drawn, propensity }: Drawn<Id>,
  random: number,
  classified: Asked | undefined,
  forced: boolean,
  inputs?: PolicyContext["inputs"],
): Decided<Id> {
  const choice = keptChoice(drawn);
  const { parts, deciding, candidates, recorded, now } = settled;
  const { certification } = parts;
  const classification = classified?.classification;
  const decision: Decision<Id> = {
    id: deciding.id,
    at: timestamp(now),
    model: choice.model,
    plan: planOf(choice),
    fallbacks: (deciding.fallback ?? !forced) ? fallbacksOf(choice.model, candidates) : [],
    request: recordedFacts(deciding.request),
    classification,
    classifierError: classified?.error?.message,
    candidates: recorded,
    session: settled.session,
    spend: settled.spend,
    inputs,
    draw: random,
    policy: parts.description,
    reason: choice.reason,
    expectedCostUsd: expectedCostOf(choice, recorded),
    propensity,
    forced,
    certified: !forced && now < certification.until,
    uncertified: whyUncertified(certification, now, forced),
    versions: classified === undefined ? { ...parts.versions, classifier: "none" } : parts.versions,
  };
  return { decision, choice, request: deciding.request, classifierError: classified?.error };
}

function whyUncertified(
  { until, problem, expired }: Certification,
  now: number,
  forced: boolean,
): string | undefined {
  if (now < until) return forced ? "a pin decided" : undefined;
  return problem ?? expired;
}

/** Returns the cost that the choice states for its whole plan, else the estimate of its model. */
function expectedCostOf<Id extends string>(
  { model, escalate, expectedCostUsd }: Choice<Id>,
  recorded: readonly RecordedCandidate<Id>[],
): number | undefined {
  if (expectedCostUsd !== undefined || (escalate !== undefined && escalate.length > 0))
    return expectedCostUsd;
  for (const candidate of recorded) if (candidate.model === model) return candidate.estimatedCostUsd;
  return undefined;
}

/** Returns the error for a request that no model may serve: a budget error where cost is the reason. */
function noneLeft<Id extends string>(
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
  const [first] = decisive;
  if (first === undefined)
    return new NoEligibleModelError(
      Object.fromEntries(recorded.map(({ model, permitted }) => [model, String(permitted)])),
    );
  const { limitUsd, description } = deciding.account.boundOf(first.refusal);
  const problem = decisive.map(({ model, refusal }) => `${model}: ${refusal.reason}`).join("; ");
  return new BudgetExceededError(limitUsd, problem, [], description);
}
