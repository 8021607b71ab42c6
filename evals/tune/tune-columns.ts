import { categoryOf } from "../../policies/internal/category-of.ts";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { type OutcomeRecord, outcomeOf } from "../data/outcomes/outcome-record.ts";
import { unitsOf } from "../data/split/units.ts";
import type { PairedOutcomes } from "../metrics/routing-curve.ts";
import { isBinary, pairOutcomes } from "../replay/compare/pair-outcomes.ts";
import { type ReplayCases, replayCases } from "../replay/replay-cases.ts";
import { type MissingOutcomes, missingOutcomes, namedMissing, withLostOutcomes } from "./missing-outcomes.ts";
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
  /** Category by record: the record's, else the classifier's. */
  readonly categories: readonly (string | undefined)[];
  /** True if all are of one category that has a certificate of its own. */
  readonly isCategory?: boolean | undefined;
  /** Number of the independent unit by record, from 0 without gaps. */
  readonly units: Uint32Array;
  /** Records that were left out because one of the models is not permitted for them. */
  readonly skipped: number;
  /** Records that lack an outcome, also those that count as lost. */
  readonly missing: MissingRecords;
  readonly unclassified: number;
}

/** Records that lack the outcome of one of the models. */
export interface MissingRecords {
  /** Share of all records that were read. */
  readonly share: number;
  /** Those among the records used, which count as lost; the others were left out. */
  readonly lost: ReadonlySet<OutcomeRecord>;
  readonly by: readonly MissingOutcomes[];
}

export interface TuneCases extends ReplayCases<string> {
  readonly missing: MissingRecords;
}

/**
 * Classifies the records once. Those that lack an outcome are used with the worst that they can have
 * (`withLostOutcomes`), those for which a model is not permitted are left out. Throws `InvalidOptionError` if
 * no record has an outcome of each model.
 */
export async function readTuneCases(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  models: readonly string[],
  { classifier, text, large }: TuneSettings,
): Promise<TuneCases> {
  const given: OutcomeRecord[] = [];
  for await (const record of records) given.push(record);
  if (given.length === 0) throw new InvalidOptionError("records", given, "at least one record to tune on");
  const have = (record: OutcomeRecord, model: string): boolean => outcomeOf(record, model) !== undefined;
  const complete = given.filter((record) => models.every((model) => have(record, model))).length;
  const counts = models.map((model) => given.filter((record) => have(record, model)).length);
  // A model that no record names is another mistake, which replay names.
  if (complete === 0 && !counts.includes(0)) {
    const each = counts.map((count, at) => `${count} have ${models[at]}`).join(", ");
    const expected = `records of which each has outcomes of all models (${each}, none has all)`;
    throw new InvalidOptionError("records", given, expected);
  }
  const by = missingOutcomes(given, models, large);
  // Replay refuses records that do not name a model.
  const used = complete > 0 ? withLostOutcomes(given, models, large) : given;
  const cases = await replayCases(used, { models, classifier, text });
  const lost = new Set(used.filter((record, index) => record !== given[index]));
  return { ...cases, missing: { share: (given.length - complete) / given.length, lost, by } };
}

export function tuneColumns(
  { cases, skipped, unclassified, missing }: TuneCases,
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
    // An empty name means that the record has no category.
    categories: cases.map(({ context }) => categoryOf(context) || undefined),
    units: unitsOf(records, groupBy),
    skipped,
    missing,
    unclassified,
  };
}

/**
 * Says how many of the records lack an outcome if it is the permitted loss or more: they count as lost, so that
 * what the policy would do to them alone could use up all of it, and nothing is known of them.
 */
export function tooManyLost({ records, missing }: TuneColumns, maxLoss: number): string | undefined {
  const lost = records.filter((record) => missing.lost.has(record)).length;
  if (lost === 0 || lost < maxLoss * records.length) return undefined;
  return `${lost} of ${records.length} lack an outcome and count as lost, which is the permitted loss of ${maxLoss} or more`;
}

/** Throws `InvalidOptionError` if too many of the records lack an outcome (`tooManyLost`). */
export function refuseManyLost(columns: TuneColumns, maxLoss: number): void {
  const problem = tooManyLost(columns, maxLoss);
  if (problem === undefined) return;
  const by = namedMissing(columns.missing.by);
  const expected = `records with an outcome of each model: ${problem} (${by}); run those again, or permit more loss`;
  throw new InvalidOptionError("records", columns.records, expected);
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
    categories: indices.map((index) => columns.categories[index]),
    skipped: columns.skipped,
    missing: columns.missing,
    unclassified: complexity.reduce((count, one) => (one === Infinity ? count + 1 : count), 0),
  };
}
