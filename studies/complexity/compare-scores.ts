import { type OutcomeRecord, outcomeOf } from "../../evals/data/outcomes/outcome-record.ts";
import { promptKey } from "../../evals/data/outcomes/prompt-key.ts";
import { apgr } from "../../evals/metrics/apgr.ts";
import { orderByScore, type PairedOutcomes, routingCurve } from "../../evals/metrics/routing-curve.ts";
import { bootstrap, type Estimate } from "../../src/loop/statistics/index.ts";
import { keywordScore } from "./keyword-score.ts";
import type { Pair } from "./sets.ts";

export interface ScoredRecord {
  readonly record: OutcomeRecord;
  readonly score: number;
}

export interface ScoreComparison {
  readonly records: number;
  readonly complexity: Estimate | undefined;
  readonly length: Estimate | undefined;
  /** Complexity minus length, on the same resamples. */
  readonly difference: Estimate | undefined;
  readonly keywords: Estimate | undefined;
  readonly oracle: number | undefined;
}

/** Compares the APGR of the scores with prompt length and keywords; 95 % intervals by 1,000 resamples of the prompts. */
export async function compareScores(
  scored: readonly ScoredRecord[],
  pair: Pair,
  text: "prompt" | "question" = "prompt",
): Promise<ScoreComparison> {
  const quality = (models: readonly string[]): number[] =>
    scored.map(({ record }) => {
      const known = models
        .map((model) => outcomeOf(record, model)?.quality)
        .filter((one) => one !== undefined);
      return known.reduce((sum, one) => sum + one, 0) / known.length;
    });
  const [small, large] = [quality(pair.small), quality(pair.large)];
  const complete = scored
    .map((_, index) => index)
    .filter((index) => !Number.isNaN((small[index] ?? 0) + (large[index] ?? 0)));
  const column = (values: readonly number[]): Float64Array =>
    Float64Array.from(complete, (index) => values[index] as number);
  const outcomes: PairedOutcomes = { small: { quality: column(small) }, large: { quality: column(large) } };
  const prompts = scored.map(
    ({ record }) => (text === "question" ? record.question : undefined) ?? record.prompt ?? "",
  );
  const orderOf = (values: readonly number[]) => orderByScore(column(values));
  const orders = {
    complexity: orderOf(scored.map(({ score }) => score)),
    length: orderOf(prompts.map((prompt) => prompt.length)),
    keywords: orderOf(prompts.map(keywordScore)),
    oracle: orderOf(large.map((quality, index) => quality - (small[index] as number))),
  };
  const statistics = (weights?: Float64Array) => {
    const of = (name: keyof typeof orders) => apgr(routingCurve(outcomes, orders[name], weights));
    const [complexity, length, keywords] = [of("complexity"), of("length"), of("keywords")];
    const difference = complexity === undefined || length === undefined ? undefined : complexity - length;
    return { complexity, length, keywords, difference };
  };
  const groups = complete.map((index) => promptKey((scored[index] as ScoredRecord).record));
  const estimates = await bootstrap(complete.length, statistics, { groups });
  return {
    records: complete.length,
    ...estimates,
    oracle: apgr(routingCurve(outcomes, orders.oracle)),
  };
}
