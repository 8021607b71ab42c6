import { type Classifier, InvalidOptionError } from "../../../src/contracts/index.ts";
import { checkNumber } from "../../../src/plugin/index.ts";
import { bootstrap, type Statistics } from "../../../src/statistics/bootstrap.ts";
import type { OutcomeRecord } from "../../data/outcomes/outcome-record.ts";
import { promptKey } from "../../data/outcomes/prompt-key.ts";
import { aiq, type CostRange } from "../../metrics/aiq.ts";
import { apgr } from "../../metrics/apgr.ts";
import { cpt } from "../../metrics/cpt.ts";
import { largeCallRate } from "../../metrics/large-call-rate.ts";
import { meanCost } from "../../metrics/mean-cost.ts";
import { meanQuality } from "../../metrics/mean-quality.ts";
import { oracleCurve } from "../../metrics/oracle-curve.ts";
import { oracleQuality } from "../../metrics/oracle-quality.ts";
import { pgr } from "../../metrics/pgr.ts";
import { regret } from "../../metrics/regret.ts";
import { type PairedOutcomes, routingCurve } from "../../metrics/routing-curve.ts";
import { replayCases } from "../replay-cases.ts";
import type { RecordText } from "../request-of-record.ts";
import type { ComparisonMetric, ComparisonRow, IntervalOptions } from "./comparison-row.ts";
import { alwaysTo, atRandom, byRate, byThreshold, type Contender, oracle } from "./contenders.ts";
import { pairOutcomes } from "./pair-outcomes.ts";

export interface CompareOptions extends IntervalOptions {
  /** Names of the two models in the outcomes. */
  readonly small: string;
  readonly large: string;
  readonly classifier: Classifier;
  /**
   * Complexity in [0, 1] from which a request goes to the large model. Default 0.7, as in an untuned router.
   */
  readonly threshold?: number | undefined;
  /** Text that the classifier gets. Default `prompt`. */
  readonly text?: RecordText | undefined;
}

export interface Comparison {
  readonly small: string;
  readonly large: string;
  readonly classifier: string;
  readonly threshold: number;
  readonly records: number;
  /** Records that lack the outcome of one of the two models. */
  readonly skipped: number;
  /** Records on which the classifier failed; they go to the large model. */
  readonly unclassified: number;
  /** Number of different complexities; with only one the classifier cannot tell the records apart. */
  readonly complexities: number;
  /** Number of different prompts, which the bootstrap draws. */
  readonly prompts: number;
  readonly rows: readonly ComparisonRow[];
}

/**
 * Compares a classifier with a threshold to the routers that it must beat, on recorded outcomes of two
 * models: random and length at the same large-call rate, always-small, always-large, and the oracle. APGR,
 * CPT and AIQ are over all thresholds; the other metrics at this one.
 */
export async function compare(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: CompareOptions,
): Promise<Comparison> {
  const { small, large, classifier, threshold = 0.7, text, resamples, seed, confidence } = options;
  checkNumber("compare.threshold", threshold, { min: 0, max: 1 });
  if (small === large)
    throw new InvalidOptionError("compare.large", large, "another model than compare.small");
  const { cases, skipped, unclassified } = await replayCases(records, {
    models: [small, large],
    classifier,
    text,
  });
  if (cases.length === 0) {
    throw new InvalidOptionError("records", [], `records with outcomes of both ${small} and ${large}`);
  }
  const pair = pairOutcomes(cases, small, large);
  const complexity = Float64Array.from(
    cases,
    ({ context }) => context.classification?.complexity ?? Infinity,
  );
  const characters = Float64Array.from(cases, ({ context }) => context.request.askCharacters);
  const ours = byThreshold(classifier.name, complexity, threshold);
  const rate = largeCallRate(ours.toLarge) ?? 0;
  const contenders = [
    ours,
    atRandom(cases.length, rate),
    ...(classifier.name === "length" ? [] : [byRate("length", characters, rate)]),
    alwaysTo("small", cases.length),
    alwaysTo("large", cases.length),
    oracle(pair),
  ];

  const groups = cases.map(({ record }) => promptKey(record));
  const best = oracleQuality([pair.small.quality, pair.large.quality]);
  const rows: ComparisonRow[] = [];
  for (const contender of contenders) {
    const statistics = statisticsOf(contender, pair, best);
    // The same seed: all rows are measured on the same resamples.
    const estimates = await bootstrap(cases.length, statistics, { groups, resamples, seed, confidence });
    rows.push({ name: contender.name, ...estimates });
  }
  return {
    small,
    large,
    classifier: `${classifier.name}@${classifier.version}`,
    threshold,
    records: cases.length,
    skipped,
    unclassified,
    complexities: new Set(complexity).size,
    prompts: new Set(groups).size,
    rows,
  };
}

function statisticsOf(
  { toLarge, order, knowsOutcomes }: Contender,
  pair: PairedOutcomes,
  best: Float64Array,
): (weights: Float64Array) => Statistics<ComparisonMetric> {
  const { small, large } = pair;
  const quality = mix(toLarge, small.quality, large.quality);
  const costUsd = small.costUsd && large.costUsd && mix(toLarge, small.costUsd, large.costUsd);
  return (weights) => {
    const curve = order && routingCurve(pair, order, weights);
    const frontier = knowsOutcomes ? oracleCurve(pair, weights) : curve;
    const reached = meanQuality(quality, weights) ?? Number.NaN;
    const from = meanQuality(small.quality, weights) ?? Number.NaN;
    const to = meanQuality(large.quality, weights) ?? Number.NaN;
    return {
      quality: reached,
      costUsd: meanCost(costUsd, weights),
      largeCallRate: largeCallRate(toLarge, weights),
      pgr: pgr(reached, from, to),
      apgr: curve && apgr(curve),
      cpt50: curve && cpt(curve, 0.5),
      cpt80: curve && cpt(curve, 0.8),
      aiq: frontier && aiq(frontier, costRange(pair, weights)),
      regret: regret(quality, best, weights),
    };
  };
}

function costRange({ small, large }: PairedOutcomes, weights: Float64Array): CostRange | undefined {
  const minCostUsd = meanCost(small.costUsd, weights);
  const maxCostUsd = meanCost(large.costUsd, weights);
  return minCostUsd === undefined || maxCostUsd === undefined ? undefined : { minCostUsd, maxCostUsd };
}

function mix(toLarge: Float64Array, small: Float64Array, large: Float64Array): Float64Array {
  return toLarge.map(
    (share, index) => share * (large[index] as number) + (1 - share) * (small[index] as number),
  );
}
