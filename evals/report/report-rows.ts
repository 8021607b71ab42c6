import { bootstrapRows, type Statistics, weightedMean } from "../../src/loop/statistics/index.ts";
import { apgrOf } from "../metrics/apgr.ts";
import { curveReader } from "../metrics/curve-columns.ts";
import { createMeans, type Means } from "../metrics/means.ts";
import { oracleQuality } from "../metrics/oracle-quality.ts";
import type { ModelOutcomes, PairedOutcomes, ScoreOrder } from "../metrics/routing-curve.ts";
import {
  alwaysTo,
  atRandom,
  byRate,
  byThreshold,
  type Contender,
  oracle,
} from "../replay/compare/contenders.ts";
import type { IntervalSettings } from "./intervals.ts";
import type { ReportMetric, ReportRow } from "./report.ts";
import type { Routing } from "./routing.ts";

/** Router as the rows need it. */
interface Measured {
  readonly name: string;
  readonly model?: string | undefined;
  readonly outcomes: ModelOutcomes;
  readonly toReference?: Float64Array | undefined;
  readonly order?: ScoreOrder | undefined;
}

/**
 * Rows of the router between two models, of random and length at its large-call rate, of both models and of
 * the oracle.
 */
export function pairRows(
  routing: Routing,
  small: string,
  name: string,
  settings: IntervalSettings,
): Promise<readonly ReportRow[]> {
  const { cases, reference: large, alone, callRates, complexity } = routing;
  const pair = { small: outcomesOf(alone, small), large: outcomesOf(alone, large) };
  const toLarge = callRates[large] as Float64Array;
  const rate = weightedMean(toLarge) ?? 0;
  const characters = Float64Array.from(cases, ({ context }) => context.request.askCharacters);
  const measured = ({ name, toLarge, order }: Contender, model?: string): Measured => ({
    name,
    model,
    toReference: toLarge,
    order,
    outcomes: mixOf([
      { outcomes: pair.large, share: toLarge },
      { outcomes: pair.small, share: toLarge.map((share) => 1 - share) },
    ]),
  });
  return rowsOf(routing, settings, [
    { ...measured(byThreshold(name, complexity, 0)), toReference: toLarge, outcomes: routing.routed },
    measured(atRandom(cases.length, rate)),
    ...(name === "length" ? [] : [measured(byRate("length", characters, rate))]),
    measured(alwaysTo("small", cases.length), small),
    measured(alwaysTo("large", cases.length), large),
    measured(oracle(pair)),
  ]);
}

/**
 * Rows of a router's policy, of a random choice with the same shares, of each model alone and of the oracle.
 */
export function routerRows(
  routing: Routing,
  name: string,
  settings: IntervalSettings,
): Promise<readonly ReportRow[]> {
  const { models, alone, callRates, routed, reference } = routing;
  const rates = models.map((id) => weightedMean(callRates[id] ?? []) ?? 0);
  const calls = rates.reduce((sum, rate) => sum + rate, 0);
  const constant = (share: number): Float64Array => new Float64Array(routed.quality.length).fill(share);
  const shares = models.map((id, index) => ({
    id,
    outcomes: outcomesOf(alone, id),
    share: constant((rates[index] ?? 0) / calls),
  }));
  return rowsOf(routing, settings, [
    { name, outcomes: routed, toReference: callRates[reference] },
    {
      name: "random",
      outcomes: mixOf(shares),
      toReference: shares.find(({ id }) => id === reference)?.share,
    },
    ...shares.map(({ id, outcomes }) => ({
      name: `always-${id}`,
      model: id,
      outcomes,
      toReference: constant(id === reference ? 1 : 0),
    })),
    { name: "oracle", outcomes: { quality: oracleOf(routing) } },
  ]);
}

/** Best quality on each record. */
export function oracleOf({ alone }: Routing): Float64Array {
  return oracleQuality([...alone.values()].map(({ quality }) => quality));
}

async function rowsOf(
  routing: Routing,
  settings: IntervalSettings,
  contenders: readonly Measured[],
): Promise<readonly ReportRow[]> {
  const { alone, reference, models, units } = routing;
  const best = oracleOf(routing);
  const against = outcomesOf(alone, reference);
  const small = models.find((id) => id !== reference) ?? reference;
  const pair = { small: outcomesOf(alone, small), large: against };
  const isPair = models.length === 2;
  const means = createMeans();
  const measured = contenders.map(({ outcomes, toReference, order }) => {
    const { quality, costUsd } = outcomes;
    const curveOf = order && curveReader(pair, order);
    return (weights: Float64Array): Statistics<ReportMetric> => {
      const cost = means.of(costUsd);
      const reached = means.of(quality);
      const ideal = means.of(best);
      return {
        quality: reached,
        costUsd: cost,
        largeCallRate: means.of(toReference),
        saving: savingOf(cost, means.of(against.costUsd)),
        loss: (means.of(against.quality) ?? Number.NaN) - (reached ?? 0),
        overRandom: isPair ? overRandom(outcomes, pair, toReference, means) : undefined,
        apgr: curveOf && apgrOf(curveOf(weights)),
        regret: ideal === undefined || reached === undefined ? undefined : ideal - reached,
      };
    };
  });
  // All rows are measured on the same resamples.
  const records = against.quality.length;
  const estimates = await bootstrapRows(
    records,
    (weights) => {
      means.begin(weights);
      return measured.map((statistics) => statistics(weights));
    },
    { groups: units, ...settings },
  );
  return contenders.map(({ name, model }, index): ReportRow => {
    return { name, model, ...(estimates[index] as Omit<ReportRow, "name" | "model">) };
  });
}

/** Quality minus that of a coin between the models at the same cost. `undefined` if no coin has that cost. */
function overRandom(
  { quality, costUsd }: ModelOutcomes,
  { small, large }: PairedOutcomes,
  toLarge: Float64Array | undefined,
  means: Means,
): number | undefined {
  const [cost, from, to] = [costUsd, small.costUsd, large.costUsd].map((column) => means.of(column));
  const costed = cost !== undefined && from !== undefined && to !== undefined && from !== to;
  const share = costed ? (cost - from) / (to - from) : means.of(toLarge);
  const [low, high, reached] = [small.quality, large.quality, quality].map((column) => means.of(column));
  if (share === undefined || low === undefined || high === undefined || reached === undefined)
    return undefined;
  const rounding = 1e-9;
  if (share < -rounding || share > 1 + rounding) return undefined;
  return reached - (low + share * (high - low));
}

/**
 * Share of the reference's cost that is saved. `undefined` if a cost is not known, or nothing could be saved.
 */
export function savingOf(
  costUsd: number | undefined,
  referenceCostUsd: number | undefined,
): number | undefined {
  if (costUsd === undefined || referenceCostUsd === undefined || referenceCostUsd === 0) return undefined;
  return 1 - costUsd / referenceCostUsd;
}

export function outcomesOf(alone: Routing["alone"], id: string): ModelOutcomes {
  return alone.get(id) ?? { quality: new Float64Array() };
}

function mixOf(parts: readonly { outcomes: ModelOutcomes; share: Float64Array }[]): ModelOutcomes {
  const mixed = (
    columnOf: (outcomes: ModelOutcomes) => Float64Array | undefined,
  ): Float64Array | undefined => {
    const columns = parts.map(({ outcomes }) => columnOf(outcomes));
    if (columns.includes(undefined)) return undefined;
    return (columns[0] as Float64Array).map((_, index) =>
      parts.reduce(
        (sum, { share }, at) =>
          sum + (share[index] as number) * ((columns[at] as Float64Array)[index] as number),
        0,
      ),
    );
  };
  return {
    quality: mixed(({ quality }) => quality) as Float64Array,
    costUsd: mixed(({ costUsd }) => costUsd),
  };
}
