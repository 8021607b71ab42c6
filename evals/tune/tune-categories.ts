import { byTask } from "../../policies/by-task.ts";
import { InsufficientEvidenceError, InvalidOptionError, isRouterError } from "../../src/contracts/index.ts";
import { lossTest } from "../../src/loop/statistics/index.ts";
import { describePolicy, readOptions } from "../../src/plugin/index.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { lossesOf, thresholdCandidates } from "./candidates.ts";
import { certificateOf, certify, curveOf } from "./certify.ts";
import { insufficientEvidence } from "./insufficient-evidence.ts";
import { makeTuningFile } from "./make-tuning-file.ts";
import {
  columnsWhere,
  readTuneCases,
  refuseManyLost,
  type TuneColumns,
  tooManyLost,
  tuneColumns,
} from "./tune-columns.ts";
import { type TuneSettings, tuneSettings } from "./tune-options.ts";
import {
  type TuneThresholdOptions,
  thresholdGrid,
  thresholdPolicyOf,
  triedOf,
  tuneThresholdOptions,
} from "./tune-threshold.ts";
import type { CategoryTuning, TuningFile } from "./tuning-file.ts";

/**
 * Tunes a threshold for each category (the record's, else the classifier's): each loses at most `maxLoss`,
 * all of them at once with the given confidence, since delta is split evenly among them. A category with too
 * few records to prove anything stays with the large model and takes no part of delta, and so do requests of
 * other categories and of none. The promise is the loss of each category; the certificate of all records
 * together follows from those if no unit is larger than their `unitCap`.
 *
 * Throws `InvalidOptionError` if no record has a category or the target is not a loss, and
 * `InsufficientEvidenceError` if no category gets a threshold.
 */
export async function tuneCategories(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: TuneThresholdOptions,
): Promise<TuningFile> {
  const given = readOptions("tuneCategories", tuneThresholdOptions, options);
  const settings = tuneSettings("tuneCategories", given);
  const { small, large, target } = settings;
  if (!("maxLoss" in target))
    throw new InvalidOptionError("tuneCategories.target", target, "{ maxLoss }: it holds for each category");
  const { maxLoss } = target;
  const cases = await readTuneCases(records, [small, large], settings);
  const columns = tuneColumns(cases, settings);
  const grid = thresholdGrid({ steps: given.steps, scores: given.scores });
  const categoryAt = columns.categories;
  const names = [...new Set(categoryAt)].filter((name) => name !== undefined).sort();
  if (names.length === 0)
    throw new InvalidOptionError(
      "records",
      columns.records,
      "records with a category, or a classifier that gives one",
    );
  const parts = names.map((category) => ({
    category,
    columns: { ...columnsWhere(columns, (index) => categoryAt[index] === category), isCategory: true },
  }));
  const known = parts.filter((part) => tooManyLost(part.columns, maxLoss) === undefined);
  if (known.length === 0) refuseManyLost(columns, maxLoss);
  const hopeful = await hopefulParts(known, settings, maxLoss);
  const delta = (1 - settings.confidence) / Math.max(1, hopeful.size);
  const categories: CategoryTuning[] = [];
  const refusals: Refusal[] = [];
  for (const part of parts) {
    const tuned = hopeful.has(part)
      ? await tuneCategory(part, grid, settings, maxLoss, delta)
      : left(part, tooManyLost(part.columns, maxLoss) ?? "too few records to prove anything");
    if (isRouterError(tuned, "insufficient-evidence")) {
      refusals.push({ part, error: tuned });
      categories.push(left(part, tuned.message));
    } else categories.push(tuned);
  }
  const tuned = categories.flatMap(({ certificate }) => certificate ?? []);
  if (tuned.length === 0)
    throw refusals.length > 0
      ? nearestRefusal(refusals, maxLoss)
      : await nothingProven(known.length > 0 ? known : parts, settings, maxLoss);

  const thresholds = new Map(categories.map(({ category, threshold }) => [category, threshold]));
  const own = columns.complexity.map((complexity, index) =>
    complexity >= (thresholds.get(categoryAt[index] ?? "") ?? 0) ? Infinity : 0,
  );
  const routed = thresholdCandidates(own, columns.pair, [1]).at(0);
  const { units, isBinary } = columns;
  const test = await lossTest({ ...settings, units, isBinary, delta });
  const thresholdsTried = triedOf(columns, grid);
  const everywhere = {
    columns,
    candidates: thresholdCandidates(columns.complexity, columns.pair, thresholdsTried),
    thresholds: thresholdsTried,
    settings,
  };
  const certificate = await certificateOf(
    everywhere,
    routed,
    lossesOf(settings.guarantee, columns.pair.large.quality, routed.quality),
    test,
    {
      target,
      maxLoss,
      confidence: settings.confidence,
      choosing: 0,
      threshold: 0,
      // All bounds hold at once, and other requests lose nothing.
      upperBound: Math.max(0, ...tuned.map(({ upperBound }) => upperBound)),
      // Bonferroni: the least favourable of the statements.
      pValue: Math.max(...tuned.map(({ pValue }) => pValue * hopeful.size)),
      notes: notesOn(categories),
    },
  );
  const uses = categories.map(
    ({ category, threshold }) => [category, thresholdPolicyOf(small, large, threshold)] as const,
  );
  const found = {
    kind: "categories",
    threshold: 0,
    policy: describePolicy(byTask<string>({ tasks: Object.fromEntries(uses), otherwise: large })),
    models: [small, large],
    certificate,
    categories,
    curve: curveOf(everywhere, test, [], [0, 0]),
  } as const;
  return makeTuningFile(found, columns.records, columns.complexity, settings);
}

interface CategoryPart {
  readonly category: string;
  readonly columns: TuneColumns;
}

/**
 * Selects the categories that would be accepted if their records showed no loss at all, by their number
 * alone: others cannot be accepted. Each category that is left out leaves more of delta to the others.
 */
export async function hopefulParts<
  Part extends { readonly columns: Pick<TuneColumns, "units" | "isBinary"> },
>(
  parts: readonly Part[],
  settings: Pick<TuneSettings, "guarantee" | "confidence" | "seed" | "unitCap" | "test">,
  maxLoss: number,
): Promise<ReadonlySet<Part>> {
  let hopeful = parts;
  for (;;) {
    const delta = (1 - settings.confidence) / Math.max(1, hopeful.length);
    const kept: Part[] = [];
    for (const part of hopeful) {
      const { units, isBinary } = part.columns;
      const test = await lossTest({ ...settings, units, isBinary, delta });
      if (test.rejects(new Float64Array(units.length), maxLoss)) kept.push(part);
    }
    if (kept.length === hopeful.length) return new Set(kept);
    hopeful = kept;
  }
}

async function tuneCategory(
  part: CategoryPart,
  grid: readonly number[],
  settings: TuneSettings,
  maxLoss: number,
  delta: number,
): Promise<CategoryTuning | InsufficientEvidenceError> {
  const { category, columns } = part;
  const thresholds = triedOf(columns, grid);
  const candidates = thresholdCandidates(columns.complexity, columns.pair, thresholds);
  try {
    const { certificate, curve } = await certify(
      { columns, candidates, thresholds, settings },
      { maxLoss, delta },
    );
    return { category, threshold: certificate.threshold ?? 0, certificate, curve };
  } catch (error) {
    if (!isRouterError(error, "insufficient-evidence")) throw error;
    return error;
  }
}

function left({ category, columns }: CategoryPart, problem: string): CategoryTuning {
  return { category, threshold: 0, records: columns.records.length, problem };
}

function notesOn(categories: readonly CategoryTuning[]): readonly string[] {
  const names = categories.flatMap(({ category, problem }) => (problem === undefined ? [] : [category]));
  return [
    ...(names.length === 0
      ? []
      : [
          `All requests of these categories go to the large model, for lack of evidence: ${names.join(", ")}.`,
        ]),
    "It holds for each category by itself, all of them at once.",
  ];
}

interface Refusal {
  readonly part: CategoryPart;
  readonly error: InsufficientEvidenceError;
}

/** Chooses among the categories whose records showed too much loss the one that lacks the fewest records. */
function nearestRefusal(refusals: readonly Refusal[], maxLoss: number): InsufficientEvidenceError {
  const { part, error } = refusals.reduce((nearest, one) =>
    one.error.recordsNeeded < nearest.error.recordsNeeded ? one : nearest,
  );
  const { records, recordsNeeded, unitsNeeded } = error;
  const problem = `no category can be certified to lose at most ${maxLoss}; the nearest to it is ${JSON.stringify(part.category)}`;
  const units = new Set(part.columns.units).size;
  const grouped = unitsNeeded === undefined ? undefined : { units, unitsNeeded };
  return new InsufficientEvidenceError(records, recordsNeeded, problem, grouped);
}

/**
 * Builds the error for the case that no category has enough records even without any loss: it says what the
 * one with the most records lacks.
 */
async function nothingProven(
  parts: readonly CategoryPart[],
  settings: TuneSettings,
  maxLoss: number,
): Promise<InsufficientEvidenceError> {
  const largest = parts.reduce((most, one) =>
    one.columns.records.length > most.columns.records.length ? one : most,
  );
  const { units, isBinary, pair } = largest.columns;
  const delta = (1 - settings.confidence) / parts.length;
  const test = await lossTest({ ...settings, units, isBinary, delta });
  const none = new Float64Array(pair.large.quality.length);
  const problem = `no category can be certified to lose at most ${maxLoss}; the largest one is ${JSON.stringify(largest.category)}`;
  // Without any loss: the smallest number that can be enough.
  return insufficientEvidence(problem, { loss: none, toLarge: none, test, maxLoss, delta });
}
