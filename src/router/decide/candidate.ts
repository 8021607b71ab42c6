import type {
  Candidate,
  GpuCost,
  Health,
  Load,
  ModelFacts,
  Price,
  RequestFacts,
} from "../../contracts/index.ts";
import type { KinOf } from "./same-model.ts";

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
  /** Returns what own GPUs cost at a time, with the price that this comes to; called only for models that have some. */
  readonly gpuOf: (
    facts: ModelFacts,
    now: number,
    load: Load | undefined,
  ) => { readonly cost: GpuCost; readonly price: Price | undefined };
  /** Returns what other ids stand for a model. */
  readonly kinOf: KinOf;
}

/**
 * Returns a model as constraints and policies see it for one request at a time on the monotonic clock. `key` is the name by which
 * its health is kept.
 */
export function candidateFor<Id extends string>(
  { estimate, healthOf, gpuOf, kinOf }: CandidateParts,
  id: Id,
  given: ModelFacts,
  request: RequestFacts,
  now: number,
  key: string = given.name,
  load?: Load,
): Candidate<Id> {
  const gpu = given.gpu === undefined ? undefined : gpuOf(given, now, load);
  const facts = gpu === undefined ? given : { ...given, price: gpu.price };
  const { inputTokens, costUsd, leastCostUsd, leastTokens, usualOutputTokens } = estimate(
    facts,
    request,
    now,
  );
  const health = healthOf(key, now);
  const kin = kinOf(id, given);
  return {
    id,
    sameAs: kin?.sameAs,
    derivedFrom: kin?.derivedFrom,
    namedBy: kin?.namedBy,
    facts,
    estimatedInputTokens: inputTokens,
    estimatedCostUsd: costUsd,
    leastCostUsd,
    leastTokens,
    usualOutputTokens,
    health,
    gpu: gpu?.cost,
  };
}
