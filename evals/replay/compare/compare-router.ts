import type { Router } from "../../../src/contracts/index.ts";
import { bootstrap, type Statistics } from "../../../src/loop/statistics/bootstrap.ts";
import type { OutcomeRecord } from "../../data/outcomes/outcome-record.ts";
import { promptKey } from "../../data/outcomes/prompt-key.ts";
import { meanCost } from "../../metrics/mean-cost.ts";
import { meanQuality } from "../../metrics/mean-quality.ts";
import { oracleQuality } from "../../metrics/oracle-quality.ts";
import { regret } from "../../metrics/regret.ts";
import type { ModelOutcomes } from "../../metrics/routing-curve.ts";
import { replayPolicy } from "../replay.ts";
import { type RouterCasesOptions, routerCases } from "../router-cases.ts";
import type { ComparisonRow, IntervalOptions } from "./comparison-row.ts";
import { columnsOf } from "./pair-outcomes.ts";

export interface RouterComparison<Id extends string = string> {
  readonly policy: string;
  readonly records: number;
  /** Records that lack the outcome of one of the models, or for which no model is permitted. */
  readonly skipped: number;
  readonly unclassified: number;
  readonly prompts: number;
  /** Share of requests on which the policy calls each model, in [0, 1]. */
  readonly callRates: Readonly<Record<Id, number>>;
  readonly rows: readonly ComparisonRow[];
}

/**
 * Replays a configured router (its classifier, constraints and policy) on recorded outcomes of its models,
 * next to a random choice with the same shares, each model alone, and the oracle over all of them. Metrics
 * that are about two models are not applicable.
 */
export async function compareRouter<Id extends string>(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  router: Router<Id>,
  options: RouterCasesOptions & IntervalOptions = {},
): Promise<RouterComparison<Id>> {
  const prepared = await routerCases(records, router, options);
  const replayed = replayPolicy(prepared, router.policy);
  const { cases, models, skipped, unclassified } = prepared;
  const alone = models.map((id) => ({ id, outcomes: columnsOf(cases, id) }));
  const best = oracleQuality(alone.map(({ outcomes }) => outcomes.quality));
  const contenders: readonly (readonly [string, ModelOutcomes])[] = [
    [router.policy.name, replayed.byRecord],
    ["random", mixOf(alone, replayed.callRates)],
    ...alone.map(({ id, outcomes }) => [`always-${id}`, outcomes] as const),
    ["oracle", { quality: best }],
  ];

  const groups = cases.map(({ record }) => promptKey(record));
  const { resamples, seed, confidence } = options;
  const rows: ComparisonRow[] = [];
  for (const [name, { quality, costUsd }] of contenders) {
    const statistics = (weights: Float64Array): Statistics<"quality" | "costUsd" | "regret"> => ({
      quality: meanQuality(quality, weights),
      costUsd: meanCost(costUsd, weights),
      regret: regret(quality, best, weights),
    });
    const estimates = await bootstrap(cases.length, statistics, { groups, resamples, seed, confidence });
    rows.push({ name, ...notApplicable, ...estimates });
  }
  return {
    policy: router.policy.name,
    records: cases.length,
    skipped,
    unclassified,
    prompts: new Set(groups).size,
    callRates: replayed.callRates,
    rows,
  };
}

const notApplicable = {
  largeCallRate: undefined,
  pgr: undefined,
  apgr: undefined,
  cpt50: undefined,
  cpt80: undefined,
  aiq: undefined,
} as const;

/** Mixes the models in proportion to how often each is called, independent of the request. */
function mixOf<Id extends string>(
  alone: readonly { readonly id: Id; readonly outcomes: ModelOutcomes }[],
  callRates: Readonly<Record<Id, number>>,
): ModelOutcomes {
  const calls = alone.reduce((sum, { id }) => sum + callRates[id], 0);
  const mean = (columns: readonly Float64Array[]): Float64Array =>
    Float64Array.from({ length: columns[0]?.length ?? 0 }, (_, index) =>
      alone.reduce((sum, { id }, at) => sum + (callRates[id] / calls) * (columns[at]?.[index] as number), 0),
    );
  const costs = alone.flatMap(({ outcomes }) => (outcomes.costUsd === undefined ? [] : [outcomes.costUsd]));
  return {
    quality: mean(alone.map(({ outcomes }) => outcomes.quality)),
    costUsd: costs.length === alone.length ? mean(costs) : undefined,
  };
}
