import { InvalidOptionError } from "../../src/contracts/index.ts";
import { type OutcomeRecord, outcomeOf } from "../data/outcomes/outcome-record.ts";
import { unitsOf } from "../data/split/units.ts";
import type { PairedOutcomes } from "../metrics/routing-curve.ts";
import { pairOutcomes } from "../replay/compare/pair-outcomes.ts";
import { type ReplayCases, replayCases } from "../replay/replay-cases.ts";
import type { TuneSettings } from "./tune-options.ts";

/** Records to tune on, as columns. */
export interface TuneColumns {
  /** Records that are used. */
  readonly records: readonly OutcomeRecord[];
  /** Complexity; Infinity if the classifier failed: such a request goes to the large model. */
  readonly complexity: Float64Array;
  /** Outcomes, with the costs of both models or of none. */
  readonly pair: PairedOutcomes;
  /** True if all qualities are 0 or 1. */
  readonly isBinary: boolean;
  /** Number of the independent unit by record, from 0 without gaps. */
  readonly units: Uint32Array;
  /** Records that lack the outcome of one of the models. */
  readonly skipped: number;
  readonly unclassified: number;
}

/** Classifies the records once. Throws `InvalidOptionError` if no record has an outcome of each model. */
export async function readTuneCases(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  models: readonly string[],
  { classifier, text }: TuneSettings,
): Promise<ReplayCases<string>> {
  const given: OutcomeRecord[] = [];
  for await (const record of records) given.push(record);
  if (given.length === 0) throw new InvalidOptionError("records", given, "at least one record to tune on");
  const cases = await replayCases(given, { models, classifier, text });
  if (cases.cases.length > 0) return cases;
  const counts = models.map((model) => {
    const have = given.filter((record) => outcomeOf(record, model) !== undefined).length;
    return `${have} have ${model}`;
  });
  const expected = `records of which each has outcomes of all models (${counts.join(", ")}, none has all)`;
  throw new InvalidOptionError("records", given, expected);
}

export function tuneColumns(
  { cases, skipped, unclassified }: ReplayCases<string>,
  { small, large, groupBy }: TuneSettings,
): TuneColumns {
  const records = cases.map(({ record }) => record);
  const pair = pairOutcomes(cases, small, large);
  const isPriced = pair.small.costUsd !== undefined && pair.large.costUsd !== undefined;
  return {
    records,
    complexity: Float64Array.from(cases, ({ context }) => context.classification?.complexity ?? Infinity),
    pair: isPriced
      ? pair
      : { small: { quality: pair.small.quality }, large: { quality: pair.large.quality } },
    isBinary: isBinary(pair.small.quality) && isBinary(pair.large.quality),
    units: unitsOf(records, groupBy),
    skipped,
    unclassified,
  };
}

/** True if all qualities are 0 or 1. */
export function isBinary(quality: Float64Array): boolean {
  return quality.every((one) => one === 0 || one === 1);
}

/** Selects records, with their units renumbered. */
export function columnsWhere(columns: TuneColumns, keep: (index: number) => boolean): TuneColumns {
  const indices = columns.records.flatMap((_, index) => (keep(index) ? [index] : []));
  const pick = (column: Float64Array): Float64Array =>
    Float64Array.from(indices, (index) => column[index] as number);
  const numbers = new Map<number, number>();
  const side = ({ quality, costUsd }: PairedOutcomes["small"]): PairedOutcomes["small"] => ({
    quality: pick(quality),
    costUsd: costUsd && pick(costUsd),
  });
  const complexity = pick(columns.complexity);
  return {
    records: indices.map((index) => columns.records[index] as OutcomeRecord),
    complexity,
    pair: { small: side(columns.pair.small), large: side(columns.pair.large) },
    units: Uint32Array.from(indices, (index) => {
      const unit = columns.units[index] as number;
      const known = numbers.get(unit) ?? numbers.size;
      numbers.set(unit, known);
      return known;
    }),
    isBinary: columns.isBinary,
    skipped: columns.skipped,
    unclassified: complexity.reduce((count, one) => (one === Infinity ? count + 1 : count), 0),
  };
}
