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
import { estimateCost } from "../../src/cost/cost-of.ts";
import { permits } from "../../src/decision/eligible.ts";
import { candidatesWithQuality } from "../../src/decision/with-quality.ts";
import { askClassifier, checkMethods } from "../../src/plugin/index.ts";
import { type Outcome, type OutcomeRecord, outcomeOf } from "../data/outcomes/outcome-record.ts";
import { offlineHop } from "./offline-hop.ts";
import { factsOfRecord, type RecordText } from "./request-of-record.ts";

export interface ReplayCasesOptions<Id extends string> {
  /** Ids that the policy chooses among. An id is the name in the outcomes unless `facts` gives one. */
  readonly models: readonly Id[];
  /** Default: none, so that a policy sees no classification. */
  readonly classifier?: Classifier | undefined;
  /** What constraints and policies may ask about a model. Default: its name only. */
  readonly facts?: Readonly<Partial<Record<Id, ModelFacts>>> | undefined;
  readonly constraints?: readonly Constraint<NoInfer<Id>>[] | undefined;
  /** What is shown to the classifier. Default `prompt`. */
  readonly text?: RecordText | undefined;
}

/** A record as a policy would have met it, with what each model made of it. */
export interface ReplayCase<Id extends string> {
  readonly record: OutcomeRecord;
  /** Position of the record in what was given, counted from 1. */
  readonly position: number;
  readonly context: PolicyContext<Id>;
  readonly outcomes: ReadonlyMap<Id, Outcome>;
}

/** Classified once, replayed as often as wanted. */
export interface ReplayCases<Id extends string> {
  readonly models: readonly Id[];
  readonly cases: readonly ReplayCase<Id>[];
  /** Records that lack the outcome of one of the models, or that no model is permitted to serve. */
  readonly skipped: number;
  /** Cases whose classification failed: the policy sees none, as it would in the router. */
  readonly unclassified: number;
}

/**
 * Turns records into cases: the request is normalised as the router does, classified, and its
 * candidates are those that the constraints permit. No model is called.
 *
 * Throws `InvalidOptionError` when a model has no outcome in any record, `OutcomeFormatError` when a
 * record is no valid request, `ClassifierError` when the classifier failed on every record.
 */
export async function replayCases<const Id extends string>(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: ReplayCasesOptions<Id>,
): Promise<ReplayCases<Id>> {
  const { models, classifier, constraints = [], text } = options;
  if (models.length === 0) throw new InvalidOptionError("models", models, "at least one model");
  if (classifier !== undefined) checkMethods("classifier", classifier, ["classify"]);
  const candidates = models.map(
    (id): Candidate<Id> => ({ id, facts: options.facts?.[id] ?? namedFacts(id) }),
  );
  const { signal } = new AbortController();
  let unclassified = 0;
  let failure: ClassifierError | undefined;
  const built = await buildCases(records, candidates, async (record, position) => {
    const request = factsOfRecord(record, position, text);
    const now = record.at === undefined ? 0 : Date.parse(record.at);
    const permitted = candidates
      .map((candidate) => withEstimate(candidate, request))
      .filter((candidate) => permits(candidate, constraints, { request, hop: "answer", now }) === true);
    if (permitted.length === 0) return undefined;
    if (classifier === undefined) return { request, candidates: permitted, now };
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
      now,
    };
  });
  if (classifier !== undefined && built.cases.length > 0 && unclassified === built.cases.length) {
    throw new ClassifierError(classifier.name, `failed on every record: ${failure?.message}`, {
      cause: failure,
    });
  }
  return { ...built, unclassified };
}

const classifierTimeoutMs = 30_000;

/** The loop that all kinds of replay share. `contextOf` gives nothing for a record that nobody may serve. */
export async function buildCases<Id extends string>(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  candidates: readonly Candidate<Id>[],
  contextOf: (record: OutcomeRecord, position: number) => Promise<PolicyContext<Id> | undefined>,
): Promise<Omit<ReplayCases<Id>, "unclassified">> {
  const names = new Set<string>();
  const cases: ReplayCase<Id>[] = [];
  let position = 0;
  for await (const record of records) {
    position += 1;
    for (const name of Object.keys(record.outcomes)) names.add(name);
    const outcomes = outcomesOf(record, candidates);
    if (outcomes === undefined) continue;
    const context = await contextOf(record, position);
    if (context !== undefined) cases.push({ record, position, context, outcomes });
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
  const colon = id.indexOf(":");
  return {
    name: id,
    provider: colon > 0 ? id.slice(0, colon) : "recorded",
    model: colon > 0 ? id.slice(colon + 1) : id,
    labels: {},
  };
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
