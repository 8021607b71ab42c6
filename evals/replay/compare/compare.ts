import { type Classifier, InvalidOptionError } from "../../../src/contracts/index.ts";
import { bootstrapRows, type Statistics } from "../../../src/loop/statistics/index.ts";
import { type OptionTable, readOptions } from "../../../src/plugin/index.ts";
import type { OutcomeRecord } from "../../data/outcomes/outcome-record.ts";
import { promptKey } from "../../data/outcomes/prompt-key.ts";
import { aiqOf, type CostRange } from "../../metrics/aiq.ts";
import { apgrOf } from "../../metrics/apgr.ts";
import { cptOf } from "../../metrics/cpt.ts";
import { curveReader } from "../../metrics/curve-columns.ts";
import { largeCallRate } from "../../metrics/large-call-rate.ts";
import { createMeans, type Means } from "../../metrics/means.ts";
import { oracleReader } from "../../metrics/oracle-curve.ts";
import { oracleQuality } from "../../metrics/oracle-quality.ts";
import { pgr } from "../../metrics/pgr.ts";
import type { PairedOutcomes } from "../../metrics/routing-curve.ts";
import { keepOfCases } from "../replay-cases.ts";
import type { RecordText } from "../request-of-record.ts";
import { agreementIn, byAgreement, byLogprob } from "./cascades.ts";
import {
  type ComparisonMetric,
  type ComparisonRow,
  type IntervalOptions,
  intervalOptions,
} from "./comparison-row.ts";
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
  /**
   * Cascade by the small model's recorded `logprobConfidence` to compare with: `min` is the lowest that is
   * accepted, at most 0. Without `min` it escalates as many requests as the classifier sends to the large model.
   * A record without one is escalated first. Default: none.
   */
  readonly cascade?: { readonly min?: number | undefined } | undefined;
  /**
   * Name of another small model, for a cascade that escalates where the recorded answers of the two do not agree.
   * Default: none.
   */
  readonly other?: string | undefined;
}

export const compareOptions: OptionTable<CompareOptions, "cascade" | "other"> = {
  ...intervalOptions,
  small: { is: "text" },
  large: { is: "text" },
  classifier: { is: "object", methods: ["classify"] },
  threshold: { is: "share", default: 0.7 },
  text: { is: "choice", of: ["prompt", "question"], default: "prompt" },
  cascade: { is: "table", of: { min: { is: "number", max: 0, optional: true } }, optional: true },
  other: { is: "text", optional: true },
};

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
  /** Records without a log-probability, of a cascade by it. Absent: there is none. */
  readonly unsure?: number | undefined;
  readonly rows: readonly ComparisonRow[];
}

/**
 * Compares a classifier with a threshold to the routers that it must beat, on recorded outcomes of two
 * models: random and length at the same large-call rate, always-small, always-large, and the oracle; and, if asked,
 * to cascades, which pay for the small model and their checks on every request. APGR, CPT and AIQ are over all
 * thresholds; the other metrics at this one.
 */
export async function compare(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: CompareOptions,
): Promise<Comparison> {
  const { small, large, classifier, threshold, text, cascade, other, ...intervals } = readOptions(
    "compare",
    compareOptions,
    options,
  );
  if (small === large)
    throw new InvalidOptionError("compare.large", large, "another model than compare.small");
  const { cases, skipped, unclassified } = await keepOfCases(
    records,
    { models: [small, large], classifier, text },
    ({ record, context, outcomes }) => ({
      logprob: outcomes.get(small)?.logprobConfidence,
      agreed: other === undefined ? undefined : agreementIn(record, small, other),
      outcomes: new Map([...outcomes].map(([name, { quality, costUsd }]) => [name, { quality, costUsd }])),
      complexity: context.classification?.complexity ?? Infinity,
      characters: context.request.askCharacters,
      group: promptKey(record),
    }),
  );
  if (cases.length === 0) {
    throw new InvalidOptionError("records", [], `records with outcomes of both ${small} and ${large}`);
  }
  const pair = pairOutcomes(cases, small, large);
  const complexity = Float64Array.from(cases, (one) => one.complexity);
  const characters = Float64Array.from(cases, (one) => one.characters);
  const ours = byThreshold(classifier.name, complexity, threshold);
  const rate = largeCallRate(ours.toLarge) ?? 0;
  const contenders = [
    ours,
    atRandom(cases.length, rate),
    ...(classifier.name === "length" ? [] : [byRate("length", characters, rate)]),
    ...(cascade === undefined ? [] : [byLogprob(cases, pair, cascade.min, rate)]),
    ...(other === undefined ? [] : [byAgreement(cases, pair)]),
    alwaysTo("small", cases.length),
    alwaysTo("large", cases.length),
    oracle(pair),
  ];

  const groups = cases.map(({ group }) => group);
  const best = oracleQuality([pair.small.quality, pair.large.quality]);
  const means = createMeans();
  const measured = contenders.map((contender) => statisticsOf(contender, pair, best, means));
  const estimates = await bootstrapRows(
    cases.length,
    (weights) => {
      means.begin(weights);
      return measured.map((statistics) => statistics(weights));
    },
    { groups, ...intervals },
  );
  const rows = contenders.map(
    ({ name }, index): ComparisonRow => ({ name, ...(estimates[index] as Estimates) }),
  );
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
    ...(cascade === undefined ? {} : { unsure: cases.filter(({ logprob }) => logprob === undefined).length }),
    rows,
  };
}

type Estimates = Omit<ComparisonRow, "name">;

function statisticsOf(
  { toLarge, order, knowsOutcomes, pair: own }: Contender,
  models: PairedOutcomes,
  best: Float64Array,
  means: Means,
): (weights: Float64Array) => Statistics<ComparisonMetric> {
  const pair = own ?? models;
  const { small, large } = pair;
  const quality = mix(toLarge, small.quality, large.quality);
  const costUsd = small.costUsd && large.costUsd && mix(toLarge, small.costUsd, large.costUsd);
  const curveOf = order && curveReader(pair, order);
  const frontierOf = knowsOutcomes ? oracleReader(pair) : undefined;
  return (weights) => {
    const curve = curveOf?.(weights);
    const frontier = frontierOf?.(weights) ?? curve;
    const reached = means.of(quality);
    const from = means.of(small.quality) ?? Number.NaN;
    const to = means.of(large.quality) ?? Number.NaN;
    const ideal = means.of(best);
    return {
      quality: reached ?? Number.NaN,
      costUsd: means.of(costUsd),
      largeCallRate: means.of(toLarge),
      pgr: pgr(reached ?? Number.NaN, from, to),
      apgr: curve && apgrOf(curve),
      cpt50: curve && cptOf(curve, 0.5),
      cpt80: curve && cptOf(curve, 0.8),
      // A cascade spans other costs than the two models do.
      aiq: own === undefined && frontier ? aiqOf(frontier, costRange(pair, means)) : undefined,
      regret: ideal === undefined || reached === undefined ? undefined : ideal - reached,
    };
  };
}

function costRange({ small, large }: PairedOutcomes, means: Means): CostRange | undefined {
  const minCostUsd = means.of(small.costUsd);
  const maxCostUsd = means.of(large.costUsd);
  return minCostUsd === undefined || maxCostUsd === undefined ? undefined : { minCostUsd, maxCostUsd };
}

/** Returns the outcomes of a contender: the column of a model itself where it answers all, so that it is summed once. */
function mix(toLarge: Float64Array, small: Float64Array, large: Float64Array): Float64Array {
  if (toLarge.every((share) => share === 0)) return small;
  if (toLarge.every((share) => share === 1)) return large;
  return toLarge.map(
    (share, index) => share * (large[index] as number) + (1 - share) * (small[index] as number),
  );
}
