import { always } from "../../policies/always.ts";
import { threshold } from "../../policies/threshold.ts";
import { InsufficientEvidenceError, InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { seededRandom, weightedMean } from "../../src/loop/statistics/index.ts";
import { describePolicy, type OptionTable, readOptions } from "../../src/plugin/index.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { thresholdCandidates } from "./candidates.ts";
import { type Asked, certify } from "./certify.ts";
import { makeTuningFile } from "./make-tuning-file.ts";
import {
  columnsWhere,
  readTuneCases,
  refuseManyLost,
  type TuneColumns,
  tuneColumns,
} from "./tune-columns.ts";
import {
  type OpenTuneOption,
  type TuneOptions,
  type TuneSettings,
  tuneOptions,
  tuneSettings,
} from "./tune-options.ts";
import { ALWAYS_SMALL, type TuningFile } from "./tuning-file.ts";

export interface GridOptions {
  /**
   * Number of thresholds between always-large and always-small. Default 100: 20 give away up to a twentieth
   * of the saving, 500 gain nothing.
   */
  readonly steps?: number | undefined;
  /**
   * Complexities of traffic without labels, other than the tuning records: the grid is then their quantiles.
   * Default: equal steps, since complexity is a rank in the classifier's reference distribution, of which
   * equal steps are quantiles.
   */
  readonly scores?: ArrayLike<number> | undefined;
}

export const gridOptions: OptionTable<GridOptions, "scores"> = {
  steps: { is: "number", min: 1, max: 1_000, integer: true, default: 100 },
  scores: { is: "any", optional: true, expected: "complexities in [0, 1], at least one" },
};

export interface TuneThresholdOptions extends TuneOptions, GridOptions {}

export const tuneThresholdOptions: OptionTable<TuneThresholdOptions, keyof GridOptions | OpenTuneOption> = {
  ...tuneOptions,
  // `thresholdGrid` reads them.
  steps: { is: "any", optional: true },
  scores: { is: "any", optional: true },
};

/**
 * Tunes the threshold on complexity for a target, and certifies it.
 *
 * For a maximum loss the thresholds are tested from always-large down (`chooseCandidate`), and the cheapest
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
  const given = readOptions("tuneThreshold", tuneThresholdOptions, options);
  const grid = thresholdGrid({ steps: given.steps, scores: given.scores });
  const settings = tuneSettings("tuneThreshold", given);
  const { small, large, target } = settings;
  const all = tuneColumns(await readTuneCases(records, [small, large], settings), settings);
  if ("maxLoss" in target) refuseManyLost(all, target.maxLoss);
  const tried = triedOf(all, grid);
  const { columns, thresholds, asked } =
    "maxLoss" in target
      ? { columns: all, thresholds: tried, asked: target }
      : chooseThreshold(all, tried, settings, given.scores);
  const candidates = thresholdCandidates(columns.complexity, columns.pair, thresholds);
  const { certificate, curve } = await certify({ columns, candidates, thresholds, settings }, asked);
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

/** A threshold that was chosen for a share or a budget: what is asked about it, of the records that bound its loss. */
interface ChosenThreshold {
  readonly columns: TuneColumns;
  readonly thresholds: readonly number[];
  readonly asked: Asked;
}

function chooseThreshold(
  columns: TuneColumns,
  tried: readonly number[],
  { target, seed }: TuneSettings,
  scores: ArrayLike<number> | undefined,
): ChosenThreshold {
  const asking = (at: number, bounding: TuneColumns, choosing: number): ChosenThreshold => {
    const thresholds = [...new Set([...tried, ...(at === 0 ? [] : [at])])].sort((a, b) => a - b);
    return { columns: bounding, thresholds, asked: { index: thresholds.indexOf(at), choosing } };
  };
  // Always-small is not chosen where it is not tried.
  const highest = columns.unclassified === 0 ? ALWAYS_SMALL : 1;
  if ("largeShare" in target && scores !== undefined) {
    const at = thresholdOfShare(Float64Array.from(scores), target.largeShare);
    return asking(Math.min(highest, at), columns, 0);
  }
  const random = seededRandom(seed);
  const chooses = new Map<number, boolean>();
  for (const unit of columns.units) if (!chooses.has(unit)) chooses.set(unit, random() < choosingShare);
  const isChoosing = (index: number): boolean => chooses.get(columns.units[index] as number) === true;
  const choosing = columnsWhere(columns, isChoosing);
  const bounding = columnsWhere(columns, (index) => !isChoosing(index));
  const count = choosing.records.length;
  if (count === 0 || bounding.records.length === 0) throw cannotPart(columns, chooses.size);
  const at =
    "largeShare" in target
      ? Math.min(highest, thresholdOfShare(choosing.complexity, target.largeShare))
      : thresholdOfBudget(choosing, tried, "budgetUsd" in target ? target.budgetUsd : 0);
  return asking(at, bounding, count);
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

/**
 * Returns the thresholds to try, from the safest to the cheapest: ascending, in (0, 1], and `ALWAYS_SMALL`
 * last. They are fixed before a label is seen.
 */
export function thresholdGrid(options: GridOptions = {}): readonly number[] {
  const { steps, scores } = readOptions("tune", gridOptions, options);
  const even = Array.from({ length: steps }, (_, index) => (index + 1) / steps);
  if (scores === undefined) return [...even, ALWAYS_SMALL];
  const sorted = Float64Array.from(scores).sort();
  const last = sorted.length - 1;
  if (last < 0 || !((sorted[0] as number) >= 0) || !((sorted[last] as number) <= 1))
    throw new InvalidOptionError("tune.scores", scores, "complexities in [0, 1], at least one");
  const quantiles = even.map((share) => {
    const quantile = sorted[Math.min(last, Math.floor(share * sorted.length))] as number;
    // Enough digits to distinguish a ten-thousandth of the requests.
    return Math.round(1e4 * quantile) / 1e4;
  });
  // A threshold of 0 is always-large.
  return [...new Set(quantiles.filter((one) => one > 0)), ALWAYS_SMALL];
}
