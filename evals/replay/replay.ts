import { type Choice, checkMethods, InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { meanCost } from "../metrics/mean-cost.ts";
import { meanQuality } from "../metrics/mean-quality.ts";
import { weightedMean } from "../metrics/weighted-mean.ts";
import type { Outcome, OutcomeRecord } from "../outcomes/outcome-record.ts";
import { acceptanceOf } from "./acceptance.ts";
import { isLottery, opinionOf } from "./opinion.ts";
import { type ReplayCase, type ReplayCases, type ReplayCasesOptions, replayCases } from "./replay-cases.ts";

export interface ReplayOptions<Id extends string> extends ReplayCasesOptions<Id> {
  readonly policy: Policy<NoInfer<Id>>;
}

/** Exact expectations over the policy's lotteries, by record and on average. */
export interface Replay<Id extends string> {
  /** Records that were replayed. */
  readonly records: number;
  /** Records that lack the outcome of one of the models, or that no model is permitted to serve. */
  readonly skipped: number;
  /** Records without a classification although a classifier was asked. */
  readonly unclassified: number;
  /** Mean quality of the answers, in [0, 1]. */
  readonly quality: number;
  /** Mean cost of a request, all calls of a cascade included. Absent when one outcome that counts has none. */
  readonly costUsd?: number | undefined;
  /** Share of requests on which each model is called, in [0, 1]. A cascade calls several. */
  readonly callRates: Readonly<Record<Id, number>>;
  readonly byRecord: {
    readonly quality: Float64Array;
    readonly costUsd?: Float64Array | undefined;
    readonly callRates: Readonly<Record<Id, Float64Array>>;
  };
}

/**
 * What would this policy have given on recorded outcomes? No model is called and nothing is drawn: a
 * lottery counts with its probabilities, an escalation with the recorded result of its check, or with
 * what the check says of the recorded `answer` where text is all that it reads.
 *
 * Throws `PolicyError` as the router does; `OutcomeFormatError` when an outcome lacks the result of a
 * check that the policy escalates by and what the check would read; `InvalidOptionError` when a model
 * is in no record.
 */
export async function replay<const Id extends string>(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: ReplayOptions<Id>,
): Promise<Replay<Id>> {
  checkMethods("policy", options.policy, ["select"]);
  return replayPolicy(await replayCases(records, options), options.policy);
}

/** `replay` on cases that were prepared once: for many policies or thresholds on the same records. */
export function replayPolicy<Id extends string>(
  { models, cases, skipped, unclassified }: ReplayCases<Id>,
  policy: Policy<NoInfer<Id>>,
): Replay<Id> {
  if (cases.length === 0) {
    throw new InvalidOptionError("records", [], "records with an outcome of each model on the same request");
  }
  const calls = new Map(models.map((id) => [id, new Float64Array(cases.length)]));
  const quality = new Float64Array(cases.length);
  const costs = new Float64Array(cases.length);
  let priced = true;

  /** Goes down a plan: a step is reached when no check before it accepted. */
  const follow = (choice: Choice<Id>, one: ReplayCase<Id>, index: number): void => {
    const { escalate = noEscalation } = choice;
    let { model } = choice;
    let reached = choice.probability ?? 1;
    for (let step = 0; step <= escalate.length && reached > 0; step += 1) {
      // The router's checks have made sure that the model is one of the case's.
      const outcome = one.outcomes.get(model) as Outcome;
      const next = escalate[step];
      const answered = next === undefined ? reached : reached * acceptanceOf(one, model, next.unless);
      add(calls.get(model), index, reached);
      add(quality, index, answered * outcome.quality);
      if (outcome.costUsd === undefined) priced = false;
      else add(costs, index, reached * outcome.costUsd);
      reached -= answered;
      if (next !== undefined) model = next.to;
    }
  };

  for (let index = 0; index < cases.length; index += 1) {
    const one = cases[index] as ReplayCase<Id>;
    const opinion = opinionOf(policy, one.context);
    if (isLottery(opinion)) for (const choice of opinion) follow(choice, one, index);
    else follow(opinion, one, index);
  }
  const costUsd = priced ? costs : undefined;
  const callRates = Object.fromEntries(calls) as Record<Id, Float64Array>;
  const rates = [...calls].map(([id, rate]) => [id, weightedMean(rate) ?? 0] as const);
  return {
    records: cases.length,
    skipped,
    unclassified,
    quality: meanQuality(quality) ?? 0,
    costUsd: meanCost(costUsd),
    callRates: Object.fromEntries(rates) as Record<Id, number>,
    byRecord: { quality, costUsd, callRates },
  };
}

const noEscalation: readonly never[] = [];

function add(sums: Float64Array | undefined, index: number, amount: number): void {
  if (sums !== undefined) sums[index] = (sums[index] as number) + amount;
}
