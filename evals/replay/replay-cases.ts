import {
  type Candidate,
  type Classifier,
  ClassifierError,
  type Constraint,
  InvalidOptionError,
  type ModelFacts,
  type PolicyContext,
  type RequestFacts,
} from "../../src/contracts/index.ts";
import { askClassifier, readOption } from "../../src/plugin/index.ts";
import { readName } from "../../src/plugin/read-name.ts";
import { estimateCost } from "../../src/router/cost/inner.ts";
import { candidateOf, candidatesWithQuality, kinAmong, permits } from "../../src/router/decide/index.ts";
import { type Outcome, type OutcomeRecord, outcomeOf } from "../data/outcomes/outcome-record.ts";
import { offlineHop } from "./offline-hop.ts";
import { factsOfRecord, type RecordText } from "./request-of-record.ts";

export interface ReplayCasesOptions<Id extends string> {
  /** Ids that the policy chooses among. An id is the name in the outcomes unless `facts` gives another. */
  readonly models: readonly Id[];
  /** Classifier of the records. Default: none, so that a policy sees no classification. */
  readonly classifier?: Classifier | undefined;
  /** Facts about models for constraints and policies. Default: only the name. */
  readonly facts?: Readonly<Partial<Record<Id, ModelFacts>>> | undefined;
  readonly constraints?: readonly Constraint<NoInfer<Id>>[] | undefined;
  /** Text that the classifier gets. Default `prompt`. */
  readonly text?: RecordText | undefined;
}

/** Record as a policy would have seen it, with the outcomes of the models. */
export interface ReplayCase<Id extends string> {
  readonly record: OutcomeRecord;
  /** Position of the record in the input, counted from 1. */
  readonly position: number;
  readonly context: PolicyContext<Id>;
  readonly outcomes: ReadonlyMap<Id, Outcome>;
}

/** Cases that are classified once and can be replayed many times. */
export interface ReplayCases<Id extends string> {
  readonly models: readonly Id[];
  readonly cases: readonly ReplayCase<Id>[];
  /** Records that lack the outcome of one of the models, or for which no model is permitted. */
  readonly skipped: number;
  /** Cases whose classification failed: the policy sees none, as in the router. */
  readonly unclassified: number;
}

/**
 * Converts records to cases: the request is normalised as in the router and classified, and its candidates
 * are those that the constraints permit. No model is called.
 *
 * Throws `InvalidOptionError` if a model has no outcome in any record, `OutcomeFormatError` if a record is
 * not a valid request, `ClassifierError` if the classifier failed on every record.
 */
export async function replayCases<const Id extends string>(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: ReplayCasesOptions<Id>,
): Promise<ReplayCases<Id>> {
  return keepOfCases(records, options, (one) => one);
}

/** Cases of which a part is kept. */
export interface KeptCases<Id extends string, Kept> extends Omit<ReplayCases<Id>, "cases"> {
  readonly cases: readonly Kept[];
}

/**
 * Does the same as `replayCases`, and keeps of each case only what `keep` returns: a large file then takes the
 * memory of its numbers and not of its prompts.
 */
export async function keepOfCases<const Id extends string, Kept>(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: ReplayCasesOptions<Id>,
  keep: (one: ReplayCase<Id>) => Kept,
): Promise<KeptCases<Id, Kept>> {
  const { models, classifier, constraints = [], text } = options;
  if (models.length === 0) throw new InvalidOptionError("models", models, "at least one model");
  if (classifier !== undefined) readOption({ is: "object", methods: ["classify"] }, "classifier", classifier);
  const named = models.map((id) => ({ id, facts: options.facts?.[id] ?? namedFacts(id) }));
  const kinOf = kinAmong(named);
  const candidates = named.map(({ id, facts }) => candidateOf(id, facts, kinOf(id, facts)));
  const { signal } = new AbortController();
  let unclassified = 0;
  let failure: ClassifierError | undefined;
  const contextOf = async (record: OutcomeRecord, position: number) => {
    const request = factsOfRecord(record, position, text);
    const now = record.at === undefined ? 0 : Date.parse(record.at);
    const permitted = candidates
      .map((candidate) => withEstimate(candidate, request))
      .filter((candidate) => permits(candidate, constraints, { request, hop: "answer", now }) === true);
    if (permitted.length === 0) return undefined;
    if (classifier === undefined) return { request, candidates: permitted, inputs: {}, now };
    const classified = await askClassifier(classifier, request, offlineHop(now, signal), classifierTimeoutMs);
    if (classified.error !== undefined) {
      failure ??= classified.error;
      unclassified += 1;
    }
    const { classification } = classified;
    return {
      request,
      classification,
      candidates: candidatesWithQuality(permitted, classification?.quality),
      inputs: {},
      now,
    };
  };
  const built = await buildCases(records, candidates, contextOf, keep);
  if (classifier !== undefined && built.cases.length > 0 && unclassified === built.cases.length) {
    throw new ClassifierError(classifier.name, `failed on every record: ${failure?.message}`, {
      cause: failure,
    });
  }
  return { ...built, unclassified };
}

const classifierTimeoutMs = 30_000;

/**
 * Builds cases, for all kinds of replay. `contextOf` returns undefined for a record for which no model is
 * permitted; `keep` chooses what stays of a case.
 */
export async function buildCases<Id extends string, Kept>(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  candidates: readonly Candidate<Id>[],
  contextOf: (record: OutcomeRecord, position: number) => Promise<PolicyContext<Id> | undefined>,
  keep: (one: ReplayCase<Id>) => Kept,
): Promise<Omit<KeptCases<Id, Kept>, "unclassified">> {
  const names = new Set<string>();
  const cases: Kept[] = [];
  let position = 0;
  for await (const record of records) {
    position += 1;
    for (const name of Object.keys(record.outcomes)) names.add(name);
    const outcomes = outcomesOf(record, candidates);
    if (outcomes === undefined) continue;
    const context = await contextOf(record, position);
    if (context !== undefined) cases.push(keep({ record, position, context, outcomes }));
  }
  checkNames(candidates, names);
  return { models: candidates.map(({ id }) => id), cases, skipped: position - cases.length };
}

function outcomesOf<Id extends string>(
  record: OutcomeRecord,
  candidates: readonly Candidate<Id>[],
): ReadonlyMap<Id, Outcome> | undefined {
  const outcomes = new Map<Id, Outcome>();
  for (const { id, facts } of candidates) {
    const outcome = outcomeOf(record, facts.name);
    if (outcome === undefined) return undefined;
    outcomes.set(id, outcome);
  }
  return outcomes;
}

function withEstimate<Id extends string>(candidate: Candidate<Id>, request: RequestFacts): Candidate<Id> {
  const { price } = candidate.facts;
  if (price === undefined) return candidate;
  const estimatedCostUsd = estimateCost(price, request.inputTokens, request.expectedOutputTokens);
  return { ...candidate, estimatedCostUsd };
}

function namedFacts(id: string): ModelFacts {
  const { provider, model, effort } = readName(id);
  return { name: id, provider: provider || "recorded", model, effort, labels: {} };
}

const namesShown = 20;

function checkNames(candidates: readonly Candidate[], names: ReadonlySet<string>): void {
  const known = [...names].sort();
  const shown = known.slice(0, namesShown).join(", ");
  const rest = known.length > namesShown ? `, and ${known.length - namesShown} more` : "";
  for (const { facts } of candidates) {
    if (!names.has(facts.name)) {
      throw new InvalidOptionError("models", facts.name, `a model that the records name: ${shown}${rest}`);
    }
  }
}
