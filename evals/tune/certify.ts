import { bootstrap, type LossTest, lossTest, weightedMean } from "../../src/loop/statistics/index.ts";
import { counted } from "../../src/plugin/counted.ts";
import { type Candidates, chooseCandidate, lossesOf, type RoutedOutcomes } from "./candidates.ts";
import type { Certificate } from "./certificate.ts";
import { concernsOf } from "./concerns.ts";
import { insufficientEvidence } from "./insufficient-evidence.ts";
import type { TuneColumns } from "./tune-columns.ts";
import type { TuneSettings } from "./tune-options.ts";
import type { TunePoint } from "./tuning-file.ts";

export interface Certified {
  /** Index of the candidate; -1 is always-large. */
  readonly index: number;
  readonly certificate: Certificate;
  readonly curve: readonly TunePoint[];
}

export interface CertifyParts {
  readonly columns: TuneColumns;
  /** Candidates from the safest to the cheapest, with costs for all of them or for none. */
  readonly candidates: Candidates;
  /** Thresholds of the candidates, if they are thresholds. */
  readonly thresholds?: readonly number[] | undefined;
  readonly settings: TuneSettings;
}

/** A loss to be certified, or one candidate, chosen without the qualities of these records. */
export type Asked =
  | {
      /** The cheapest candidate is taken whose loss is at most this, with confidence `1 - delta`. */
      readonly maxLoss: number;
      /** Default: that of the settings. */
      readonly delta?: number | undefined;
    }
  | {
      /** Index of the candidate whose loss is bounded; -1 is always-large. */
      readonly index: number;
      /** Number of records that chose it. */
      readonly choosing: number;
    };

/**
 * Chooses a candidate and certifies it. Throws `InsufficientEvidenceError` if a loss is asked for and no candidate is
 * accepted that sends a request to another model, or if the bound of a given one is far above its measured loss.
 */
export async function certify(parts: CertifyParts, asked: Asked): Promise<Certified> {
  const { index, routed, loss, test, pValues, accepted, stated } =
    "maxLoss" in asked
      ? await acceptedLoss(parts, asked.maxLoss, asked.delta ?? 1 - parts.settings.confidence)
      : await boundedLoss(parts, asked.index, asked.choosing);
  const threshold = parts.thresholds && (index < 0 ? 0 : parts.thresholds[index]);
  const curve = curveOf(parts, test, pValues, accepted);
  const certificate = await certificateOf(parts, routed, loss, test, { ...stated, threshold });
  return { index, certificate, curve };
}

/** A candidate with what is proven of it. */
interface Proven {
  readonly index: number;
  readonly routed: RoutedOutcomes;
  readonly loss: Float64Array;
  readonly test: LossTest;
  readonly pValues: readonly number[];
  /** Places of the candidates that are accepted: from the first up to before the second. */
  readonly accepted: readonly [from: number, to: number];
  readonly stated: Omit<Stated, "threshold">;
}

async function acceptedLoss(parts: CertifyParts, maxLoss: number, delta: number): Promise<Proven> {
  const { columns, candidates, settings } = parts;
  const { large } = columns.pair;
  const { guarantee } = settings;
  const { units, isBinary } = columns;
  const test = await lossTest({ ...settings, units, isBinary, delta });
  const contest = { candidates, large, guarantee, test, maxLoss, delta };
  const { index, accepted, pValues } = chooseCandidate(contest);
  if (index < 0) await checkAnyUseful(parts, test, maxLoss, delta, accepted);
  const routed = index < 0 ? alwaysLarge(columns) : candidates.at(index);
  const loss = lossesOf(guarantee, large.quality, routed.quality);
  const stated = {
    target: { maxLoss },
    maxLoss,
    confidence: 1 - delta,
    choosing: 0,
    // Always-large loses nothing, by definition.
    upperBound: index < 0 ? 0 : Math.min(maxLoss, test.upperBound(loss, maxLoss, maxLoss / boundSteps)),
    pValue: index < 0 ? 0 : (pValues[index] as number),
    notes: index < 0 ? ["Nothing that was accepted costs less than always-large."] : [],
  };
  return { index, routed, loss, test, pValues, accepted: [0, accepted], stated };
}

/** Steps of the bound: it is found to within a twentieth of `maxLoss`. */
const boundSteps = 20;

/** A single statement is made here, so that the bound may have any value. */
async function boundedLoss(
  { columns, candidates, settings }: CertifyParts,
  index: number,
  choosing: number,
): Promise<Proven> {
  const { guarantee, confidence, target } = settings;
  const { large } = columns.pair;
  const delta = 1 - confidence;
  const { units } = columns;
  // The exact test is not monotone in the limit: a bound would take a thousand of them.
  const test = await lossTest({ ...settings, units, delta });
  const routed = index < 0 ? alwaysLarge(columns) : candidates.at(index);
  const loss = lossesOf(guarantee, large.quality, routed.quality);
  // A loss is never above 1.
  const upperBound = index < 0 ? 0 : test.upperBound(loss, 1, givenStep);
  const measured = test.mean(loss);
  if (upperBound > measured + widest) {
    const maxLoss = Math.min(0.99, measured + widest);
    const problem = `the loss is only known to be at most ${upperBound.toFixed(2)}, which says too little`;
    throw await insufficientEvidence(problem, { loss, toLarge: routed.toLarge, test, maxLoss, delta });
  }
  const pValue = index < 0 ? 0 : Math.min(delta, test.pValue(loss, upperBound));
  const stated = { target, maxLoss: upperBound, confidence, choosing, upperBound, pValue, notes: [] };
  return { index, routed, loss, test, pValues: [], accepted: [index, index + 1], stated };
}

const givenStep = 0.001;
/** Largest distance of a bound from the measured loss; beyond, it is refused. */
const widest = 0.25;

type Stated = Pick<
  Certificate,
  "target" | "maxLoss" | "confidence" | "choosing" | "threshold" | "upperBound" | "pValue" | "notes"
>;

/** Builds the certificate of a statement, with all that is measured. */
export async function certificateOf(
  { columns, settings }: CertifyParts,
  routed: RoutedOutcomes,
  loss: Float64Array,
  test: LossTest,
  { notes, threshold, ...stated }: Stated,
): Promise<Certificate> {
  const { pair, units, complexity } = columns;
  const { small, large } = pair;
  const { maxLoss } = stated;
  const lost = columns.records.filter((record) => columns.missing.lost.has(record)).length;
  const quality = sidesOf(small.quality, large.quality, routed.quality);
  // Of a category by itself: the whole file's certificate has them.
  const concerns = columns.isCategory ? [] : await concernsOf({ columns, loss, maxLoss, settings });
  const { resamples, seed } = settings;
  const { saving } = await bootstrap(
    loss.length,
    (weights) => ({ saving: savingOf(large.costUsd, routed.costUsd, weights) }),
    { groups: Array.from(units, String), resamples, seed },
  );
  return {
    guarantee: settings.guarantee,
    ...stated,
    test: test.name,
    records: loss.length,
    skipped: columns.skipped,
    ...(lost === 0 ? {} : { lost }),
    missingShare: columns.missing.share,
    ...(columns.missing.by.length === 0 ? {} : { missing: columns.missing.by }),
    unclassified: columns.unclassified,
    units: test.units,
    groupBy: settings.groupBy,
    largestUnit: test.largestUnit,
    unitCap: test.unitCap,
    seed,
    ...(threshold === undefined ? {} : { threshold }),
    loss: test.mean(loss),
    ...(saving === undefined ? {} : { saving }),
    largeCallRate: weightedMean(routed.toLarge) ?? 0,
    quality,
    ...(small.costUsd && large.costUsd && routed.costUsd
      ? { costUsd: sidesOf(small.costUsd, large.costUsd, routed.costUsd) }
      : {}),
    ...(concerns.length === 0 ? {} : { concerns }),
    notes: [
      ...concerns,
      ...notes,
      ...(quality.small >= quality.large
        ? ["On these records the small model is at least as good as the large one."]
        : []),
      ...(routed.costUsd === undefined
        ? ["The cost of a record is not known: the share of large calls was minimised instead."]
        : []),
      ...(test.name === "gaffke" ? [gaffkeNote] : []),
      ...(threshold !== undefined && threshold > 0 && columns.unclassified > 0
        ? [`Always-small was not tried: ${counted(columns.unclassified, "record")} could not be classified.`]
        : []),
      ...(threshold !== undefined && complexity.every((one) => one === complexity[0])
        ? ["Complexity is the same on all records: it does not distinguish requests."]
        : []),
    ],
  };
}

const gaffkeNote =
  "That Gaffke's test is valid is a theorem of 2026 whose proof is a preprint; the test `betting` rests on none.";

function sidesOf(small: Float64Array, large: Float64Array, routed: Float64Array): Certificate["quality"] {
  const mean = (column: Float64Array): number => weightedMean(column) ?? 0;
  return { small: mean(small), large: mean(large), routed: mean(routed) };
}

function savingOf(
  large: Float64Array | undefined,
  routed: Float64Array | undefined,
  weights: Float64Array,
): number | undefined {
  if (large === undefined || routed === undefined) return undefined;
  const whole = weightedMean(large, weights);
  return whole ? 1 - (weightedMean(routed, weights) as number) / whole : undefined;
}

function alwaysLarge({ pair: { large } }: TuneColumns): RoutedOutcomes {
  return { ...large, toLarge: new Float64Array(large.quality.length).fill(1) };
}

/** Points of always-large and all candidates on the tuning records. */
export function curveOf(
  { columns, candidates, thresholds, settings }: CertifyParts,
  test: LossTest,
  pValues: readonly number[],
  [from, to]: readonly [number, number],
): readonly TunePoint[] {
  const { quality: best } = columns.pair.large;
  const pointOf = (routed: RoutedOutcomes, threshold: number | undefined) => ({
    ...(threshold === undefined ? {} : { threshold }),
    largeCallRate: weightedMean(routed.toLarge) ?? 0,
    loss: test.mean(lossesOf(settings.guarantee, best, routed.quality)),
    quality: weightedMean(routed.quality) ?? 0,
    ...(routed.costUsd === undefined ? {} : { costUsd: weightedMean(routed.costUsd) ?? 0 }),
  });
  return [
    { ...pointOf(alwaysLarge(columns), thresholds && 0), accepted: true },
    ...Array.from({ length: candidates.count }, (_, index): TunePoint => {
      const pValue = pValues[index];
      return {
        ...pointOf(candidates.at(index), thresholds?.[index]),
        ...(pValue === undefined ? {} : { pValue }),
        accepted: index >= from && index < to,
      };
    }),
  ];
}

/**
 * Throws `InsufficientEvidenceError` if no accepted candidate sends a request to another model. An accepted
 * one that does is an answer, even if it is not cheaper.
 */
async function checkAnyUseful(
  { columns, candidates, thresholds, settings }: CertifyParts,
  test: LossTest,
  maxLoss: number,
  delta: number,
  accepted: number,
): Promise<void> {
  const { quality } = columns.pair.large;
  for (let index = 0; index < candidates.count; index += 1) {
    const routed = candidates.at(index);
    if (!routed.toLarge.some((share) => share < 1)) continue;
    if (index < accepted) return;
    const loss = lossesOf(settings.guarantee, quality, routed.quality);
    const largest = test.largestUnit === 1 ? "" : `, the largest of ${test.largestUnit} records`;
    const problem =
      `no ${thresholds === undefined ? "policy" : "threshold"} can be certified to lose at most ${maxLoss} with ${100 * (1 - delta)} % confidence ` +
      `(the safest one that sends anything to the small model loses ${test.mean(loss).toFixed(4)} on ${test.units} independent units${largest})`;
    throw await insufficientEvidence(problem, { loss, toLarge: routed.toLarge, test, maxLoss, delta });
  }
}
