import type {
  Candidate,
  GpuCost,
  Health,
  Load,
  Member,
  ModelFacts,
  Price,
  RequestFacts,
} from "../../contracts/index.ts";
import { keepAddedBody } from "../../plugin/added-body.ts";
import { isAway } from "../../plugin/is-away.ts";
import type { Kin, KinOf } from "./same-model.ts";

/** Estimate of a request's input and cost on a model before the call. */
export interface Estimate {
  readonly inputTokens: number;
  readonly costUsd: number | undefined;
  /** The most that a call can cost with the smallest output limit. Absent without a bound on cost. */
  readonly leastCostUsd: number | undefined;
  /** The most tokens that a call can use with the smallest output limit. Absent without a budget in tokens. */
  readonly leastTokens: number | undefined;
  /** Running mean of the output tokens. Absent without a bound on cost. */
  readonly usualOutputTokens: number | undefined;
}

/** Sources of what is known about models beyond their facts. */
export interface CandidateParts {
  readonly estimate: (facts: ModelFacts, request: RequestFacts, now: number) => Estimate;
  /** Returns the health of a model by name; undefined where it is not known. */
  readonly healthOf: (name: string, now: number) => Health | undefined;
  /** Returns the window that a model turned out to have, by name; undefined where it is not known. */
  readonly windowOf: (name: string, now: number) => number | undefined;
  /** Returns what own GPUs cost at a time, with the price that this comes to; called only for models that have some. */
  readonly gpuOf: (
    facts: ModelFacts,
    now: number,
    load: Load | undefined,
  ) => { readonly cost: GpuCost; readonly price: Price | undefined };
  /** Returns what other ids stand for a model. */
  readonly kinOf: KinOf;
  /** True if a model that is not known to have a capability is left out where another one is. */
  readonly strictCapabilities: boolean;
}

/**
 * Makes a model as constraints and policies see it, with one list of fields for all who make one; a forgotten field is a
 * compile error.
 */
export function candidateOf<Id extends string>(
  id: Id,
  facts: ModelFacts,
  kin: Kin | undefined,
  known: KnownOfModel = nothing,
): { readonly [Key in keyof Required<Candidate<Id>>]: Candidate<Id>[Key] } {
  return {
    id,
    sameAs: kin?.sameAs,
    derivedFrom: kin?.derivedFrom,
    namedBy: kin?.namedBy,
    facts,
    estimatedInputTokens: known.estimatedInputTokens,
    estimatedCostUsd: known.estimatedCostUsd,
    leastCostUsd: known.leastCostUsd,
    leastTokens: known.leastTokens,
    usualOutputTokens: known.usualOutputTokens,
    estimatedQuality: known.estimatedQuality,
    health: known.health,
    load: known.load,
    gpu: known.gpu,
  };
}

/** Values of a model for one request: estimated now, or as a decision has recorded them. */
export type KnownOfModel = Omit<Candidate, "id" | "facts" | keyof Kin>;

const nothing: KnownOfModel = {};

/**
 * Returns a model, or a member of a pool, as constraints and policies see it for one request at a time on the monotonic
 * clock. `key` is the name by which its health is kept. Default: that of the model.
 */
export function candidateFor<Id extends string>(
  { estimate, healthOf, windowOf, gpuOf, kinOf }: CandidateParts,
  id: Id,
  {
    facts: given,
    key = given.name,
    load,
    state,
  }: Pick<Member, "facts" | "load"> & Partial<Pick<Member, "key" | "state">>,
  request: RequestFacts,
  now: number,
): Candidate<Id> {
  const gpu = given.gpu === undefined ? undefined : gpuOf(given, now, load);
  const priced = gpu === undefined ? given : { ...given, price: gpu.price };
  const learnt = windowOf(key, now);
  // What the model said itself counts, if it is less than what is declared.
  const isLess = learnt !== undefined && !(learnt >= (given.contextWindow ?? Number.POSITIVE_INFINITY));
  const facts = isLess ? { ...priced, contextWindow: learnt } : priced;
  if (facts !== given) keepAddedBody(facts, given);
  const { inputTokens, costUsd, leastCostUsd, leastTokens, usualOutputTokens } = estimate(
    facts,
    request,
    now,
  );
  return candidateOf(id, facts, kinOf(id, given), {
    estimatedInputTokens: inputTokens,
    estimatedCostUsd: costUsd,
    leastCostUsd,
    leastTokens,
    usualOutputTokens,
    health: isAway(state) ? { ...healthOf(key, now), healthy: false } : healthOf(key, now),
    gpu: gpu?.cost,
  });
}
