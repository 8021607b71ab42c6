import { always } from "../../policies/always.ts";
import { threshold } from "../../policies/threshold.ts";
import { InsufficientEvidenceError, InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { seededRandom, weightedMean } from "../../src/loop/statistics/index.ts";
import { checkKeys, describePolicy } from "../../src/plugin/index.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { thresholdCandidates } from "./candidates.ts";
import { type Certified, certifyGiven, certifyLoss } from "./certify.ts";
import { makeTuningFile } from "./make-tuning-file.ts";
import { type GridOptions, thresholdGrid } from "./threshold-grid.ts";
import { columnsWhere, readTuneCases, type TuneColumns, tuneColumns } from "./tune-columns.ts";
import { checkTuneOptions, type TuneOptions, type TuneSettings, tuneOptionNames } from "./tune-options.ts";
import { ALWAYS_SMALL, type TuningFile } from "./tuning-file.ts";

export interface TuneThresholdOptions extends TuneOptions, GridOptions {}

/**
 * Tunes the threshold on complexity for a target, and certifies it.
 *
 * For a maximum loss the thresholds are tested from always-large down (`fixedSequence`), and the cheapest
 * accepted one is taken. For a share of large calls, or a budget, the threshold is chosen on a fifth of the
 * records, by complexity and cost alone, and the others bound its loss; with `scores` a share is chosen on
 * them, and all records bound the loss.
 *
 * Throws `InvalidOptionError`, `OutcomeFormatError`, `ClassifierError`, and `InsufficientEvidenceError`,
 * which estimates how many records are needed.
 */
export async function tuneThreshold(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: TuneThresholdOptions,
): Promise<TuningFile> {
  checkKeys("tuneThreshold", options, [...tuneOptionNames, "steps", "scores"]);
  const settings = checkTuneOptions("tuneThreshold", options);
  const { small, large, target } = settings;
  const all = thresholdGrid(options);
  const columns = tuneColumns(await readTuneCases(records, [small, large], settings), settings);
  const grid = triedOf(columns, all);
  const { certificate, curve } =
    "maxLoss" in target
      ? await certifyThreshold(columns, grid, settings, target.maxLoss)
      : await thresholdForTarget(columns, grid, settings, options.scores);
  const found = {
    kind: "threshold",
    threshold: certificate.threshold,
    policy: describePolicy(thresholdPolicyOf(small, large, certificate.threshold ?? 0)),
    models: [small, large],
    certificate,
    curve,
  } as const;
  return makeTuningFile(found, columns.records, columns.complexity, settings);
}

export function certifyThreshold(
  columns: TuneColumns,
  grid: readonly number[],
  settings: TuneSettings,
  maxLoss: number,
  delta?: number | undefined,
): Promise<Certified> {
  const thresholds = triedOf(columns, grid);
  const candidates = thresholdCandidates(columns.complexity, columns.pair, thresholds);
  return certifyLoss({ columns, candidates, thresholds, settings }, maxLoss, delta);
}

/**
 * Selects the thresholds whose policy routes as it was measured: always-small also sends a request without a
 * classification to the small model, so it is left out if there are such records.
 */
export function triedOf(
  { unclassified }: Pick<TuneColumns, "unclassified">,
  grid: readonly number[],
): readonly number[] {
  return unclassified === 0 ? grid : grid.filter((threshold) => threshold !== ALWAYS_SMALL);
}

/** Builds the policy of a threshold. */
export function thresholdPolicyOf(small: string, large: string, at: number): Policy<string> {
  return at === ALWAYS_SMALL ? always<string>(small) : threshold<string>({ small, large, at });
}

/** Share of the units that choose the threshold, and do not bound its loss. */
const choosingShare = 0.2;

async function thresholdForTarget(
  columns: TuneColumns,
  grid: readonly number[],
  settings: TuneSettings,
  scores: ArrayLike<number> | undefined,
): Promise<Certified> {
  const { target } = settings;
  if ("largeShare" in target && scores !== undefined) {
    const at = thresholdOfShare(Float64Array.from(scores), target.largeShare);
    return certifyAt(columns, grid, highestTried(columns, at), settings, 0);
  }
  const random = seededRandom(settings.seed);
  const chooses = new Map<number, boolean>();
  for (const unit of columns.units) if (!chooses.has(unit)) chooses.set(unit, random() < choosingShare);
  const isChoosing = (index: number): boolean => chooses.get(columns.units[index] as number) === true;
  const choosing = columnsWhere(columns, isChoosing);
  const bounding = columnsWhere(columns, (index) => !isChoosing(index));
  const count = choosing.records.length;
  if (count === 0 || bounding.records.length === 0) throw cannotPart(columns, chooses.size);
  const at =
    "largeShare" in target
      ? highestTried(columns, thresholdOfShare(choosing.complexity, target.largeShare))
      : thresholdOfBudget(choosing, grid, "budgetUsd" in target ? target.budgetUsd : 0);
  return certifyAt(bounding, grid, at, settings, count);
}

/** Returns the cheapest threshold in place of always-small if that is not tried. */
function highestTried({ unclassified }: TuneColumns, at: number): number {
  return unclassified === 0 ? at : Math.min(1, at);
}

/** Fewest units for a target other than a loss, so that a fifth of them is enough to choose. */
const fewestUnits = 50;

function cannotPart({ records }: TuneColumns, units: number): InsufficientEvidenceError {
  const problem = "a part of the units chooses the threshold and the others bound its loss";
  const unitsNeeded = Math.max(fewestUnits, units + 1);
  const needed = Math.ceil((unitsNeeded * records.length) / units);
  const grouped = units === records.length ? undefined : { units, unitsNeeded };
  return new InsufficientEvidenceError(records.length, needed, problem, grouped);
}

function certifyAt(
  columns: TuneColumns,
  grid: readonly number[],
  at: number,
  settings: TuneSettings,
  choosing: number,
): Promise<Certified> {
  const { target } = settings;
  const thresholds = [...new Set([...grid, ...(at === 0 ? [] : [at])])].sort((a, b) => a - b);
  const candidates = thresholdCandidates(columns.complexity, columns.pair, thresholds);
  const parts = { columns, candidates, thresholds, settings };
  return certifyGiven(parts, thresholds.indexOf(at), { target, choosing, notes: [] });
}

/** Finds the lowest complexity that at most this share of requests reaches. */
function thresholdOfShare(complexity: Float64Array, share: number): number {
  if (share === 1) return 0;
  const sorted = complexity.toSorted();
  const first = sorted.length - Math.floor(share * sorted.length);
  // Ties: all requests of the same complexity go the same way.
  let place = first;
  while (place < sorted.length && sorted[place] === sorted[first - 1]) place += 1;
  return Math.min(ALWAYS_SMALL, sorted[place] ?? ALWAYS_SMALL);
}

/** Finds the threshold that comes closest to the budget from below. */
function thresholdOfBudget(
  { complexity, pair }: TuneColumns,
  grid: readonly number[],
  budgetUsd: number,
): number {
  const { costUsd } = pair.large;
  if (costUsd === undefined)
    throw new InvalidOptionError(
      "target.budgetUsd",
      budgetUsd,
      "absent where the cost of a record is not known: give largeShare",
    );
  const candidates = thresholdCandidates(complexity, pair, grid);
  const perThousand = (costs: Float64Array): number => 1_000 * (weightedMean(costs) ?? 0);
  const options = [
    { at: 0, usd: perThousand(costUsd) },
    ...grid.map((at, index) => ({ at, usd: perThousand(candidates.at(index).costUsd ?? costUsd) })),
  ];
  const affordable = options.filter(({ usd }) => usd <= budgetUsd);
  const dearest = affordable.reduce<(typeof options)[number] | undefined>(
    (best, one) => (best === undefined || one.usd > best.usd ? one : best),
    undefined,
  );
  if (dearest === undefined) {
    const least = Math.min(...options.map(({ usd }) => usd));
    const expected = `at least ${least.toPrecision(3)}, what the cheapest threshold costs per 1,000 requests`;
    throw new InvalidOptionError("target.budgetUsd", budgetUsd, expected);
  }
  return dearest.at;
}
