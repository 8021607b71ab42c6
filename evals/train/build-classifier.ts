import { type Classifier, InsufficientEvidenceError, InvalidOptionError } from "../../src/contracts/index.ts";
import { mean, seededRandom, weightedQuantiles } from "../../src/loop/statistics/index.ts";
import type { CandidateResult, QualityCurve, TrainedClassifier } from "../../src/router/classifiers/index.ts";
import {
  type Bumps,
  type Examples,
  encodeExamples,
  encodeHeads,
  encodeLandmarks,
  encodeLatent,
  FORMAT_VERSION,
  REFERENCE_QUANTILES,
  type StructureScale,
  versionOf,
} from "../../src/router/classifiers/trained/inner.ts";
import type { CalibrationError } from "../metrics/calibration-error.ts";
import { type Candidate, candidatesOf, scoresBy } from "./candidates.ts";
import { chooseLandmarks } from "./choose-landmarks.ts";
import { withCommonCategories } from "./common-categories.ts";
import { crossValidate, FOLDS, foldsOf } from "./cross-validate.ts";
import { fitCurve } from "./fit-curve.ts";
import { groundOf, placesOf } from "./fit-landmarks.ts";
import { fitLatent } from "./fit-latent.ts";
import { difference, fitParts, type PartValues } from "./fit-parts.ts";
import { foldUnits, type JoinKeys } from "./fold-units.ts";
import { describeEvidence, isProven, measureCandidates, takeCandidate } from "./judge-candidates.ts";
import { describeFlips, flipsOf, type Variants } from "./variants.ts";

/** Input of a training. */
export interface BuildInput {
  readonly examples: Examples;
  readonly scale: StructureScale;
  /** Keys that join each example to others. */
  readonly joinKeys: readonly JoinKeys[];
  readonly variants: Variants;
  readonly small: string;
  readonly large: string;
  /** Names in the order of the examples' qualities. */
  readonly models: readonly string[];
  readonly base: Classifier;
  readonly data: TrainedClassifier["data"];
  readonly keys: TrainedClassifier["keys"];
  readonly seed: number;
  readonly resamples: number;
  readonly confidence: number;
  readonly candidate: string | undefined;
  readonly onProgress: (done: number, of: number) => void;
}

/** Quality of a model and its curve, on examples that the curve was not fitted on. */
export interface ModelReport {
  readonly model: string;
  /** Mean quality on the records. */
  readonly quality: number;
  readonly curve: QualityCurve["kind"];
  /** Brier score of the calibrated quality, and of the mean, which does not use the request. */
  readonly brier: number;
  readonly brierOfMean: number;
  /** Errors on held-out folds: of the bare estimate, and under the curve. */
  readonly before: CalibrationError;
  readonly after: CalibrationError;
}

/** Result of a training. */
export interface Built {
  readonly file: TrainedClassifier;
  readonly prompts: number;
  readonly candidates: readonly CandidateResult[];
  readonly reason: string;
  readonly models: readonly ModelReport[];
}

/** Fewest different prompts whose folds are meaningful. */
const leastPrompts = 40;

/** Cross-validates all candidates, takes one, and fits it on all examples. */
export async function buildClassifier(input: BuildInput): Promise<Built> {
  const { models, small, large, base, seed, data } = input;
  const examples = withCommonCategories(input.examples);
  const pair = { small: models.indexOf(small), large: models.indexOf(large) };
  const prompts = new Set(examples.groups).size;
  if (prompts < leastPrompts)
    throw new InsufficientEvidenceError(prompts, leastPrompts, "too few different prompts to train on");
  const qualities = models.map((_, model) => qualityOf(examples, model));
  const gains = difference(qualities, pair);
  if (!(gains.reduce((sum, gain) => sum + gain, 0) > 0))
    throw new InvalidOptionError("large", large, `a model that is better than ${small} on these records`);

  const random = seededRandom(seed);
  const { units, separatesTemplates } = foldUnits(input.joinKeys, leastPrompts);
  const folds = foldsOf(units, random);
  const all = Uint32Array.from({ length: examples.count }, (_, row) => row);
  const latent = fitLatent(examples, all, random);
  const places = placesOf(examples, latent);
  const ground = groundOf(chooseLandmarks(places, random), places);
  const { variants, onProgress } = input;
  const onFold = (done: number): void => onProgress(done, FOLDS);
  const held = crossValidate({ examples, variants, latent, ground, folds, pair, random, onFold });
  const fitted = fitParts(examples, ground, all, pair, random);
  const { table } = fitted;
  const [ofSmall, ofLarge] = fitted.bumps as [Bumps, Bumps];
  const candidates = candidatesOf(held.examples, data.records, table !== undefined);
  const results = await measureCandidates(candidates, gains, {
    groups: units,
    resamples: input.resamples,
    seed,
    confidence: input.confidence,
  });
  const taken = takeCandidate(results, input.candidate);
  const named = (name: string): Candidate | undefined => candidates.find((one) => one.name === name);
  const candidate = named(taken.name);
  if (candidate === undefined) throw new Error("the candidate that was taken is one of those measured");
  // Left alone, a table counts for those requests only whose category it lists.
  const withTable = taken.name === "mean" ? named("mean+table") : undefined;
  const quantiles = quantilesOf(candidate);
  const middle = quantiles[(REFERENCE_QUANTILES - 1) / 2] ?? 0;
  const flips = flipsOf(variants, candidate.values, scoresBy(candidate.score, held.variants), middle);
  const notRecommended = describeFlips(flips);
  const isAlone = separatesTemplates ? undefined : tooAlike;
  const proven = isProven(taken) && isAlone === undefined;

  const uses = new Set([candidate, withTable].flatMap((one) => one?.score.map(({ part }) => part) ?? []));
  const curves = qualities.map((quality, model) =>
    fitCurve(estimatesOf(held.examples, model, uses.has("neighbours")), quality, folds),
  );
  const file: Omit<TrainedClassifier, "version"> = {
    formatVersion: FORMAT_VERSION,
    base: { name: base.name, version: base.version },
    small,
    large,
    models,
    seed,
    data,
    ...(input.keys === undefined ? {} : { keys: input.keys }),
    candidate: taken.name,
    proven,
    recommended: proven && notRecommended === undefined,
    ...(notRecommended === undefined ? {} : { notRecommended }),
    flips,
    candidates: results,
    score: candidate.score,
    quantiles,
    ...(withTable === undefined
      ? {}
      : { withCategory: { score: withTable.score, quantiles: quantilesOf(withTable) } }),
    structure: input.scale,
    logistic: encodeHeads(fitted.logistic),
    ...(uses.has("landmarks")
      ? {
          latent: encodeLatent(latent),
          landmarks: encodeLandmarks({ places: ground.landmarks, small: ofSmall, large: ofLarge }),
        }
      : {}),
    ...(uses.has("ridge") ? { ridge: encodeHeads([fitted.ridge]) } : {}),
    ...(uses.has("table") && table !== undefined ? { table } : {}),
    examples: encodeExamples(fitted.stored),
    curves: curves.map(({ curve }) => curve),
  };
  return {
    file: { ...file, version: versionOf(file) },
    prompts,
    candidates: results,
    reason: isAlone ?? describeEvidence(taken),
    models: curves.map(({ curve, before, after, brierOfMean }, model) => ({
      model: models[model] ?? "",
      quality: mean(qualities[model] ?? new Float64Array(0)),
      curve: curve.kind,
      brier: after.brier,
      brierOfMean,
      before,
      after,
    })),
  };
}

const tooAlike = `too few prompts differ by more than names and numbers (fewer than ${leastPrompts}): what was measured may be memory`;

function quantilesOf({ values }: Candidate): readonly number[] {
  const weighted = Array.from(values, (value) => ({ value, weight: 1 }));
  return Array.from(weightedQuantiles(weighted, REFERENCE_QUANTILES));
}

function qualityOf({ quality, models, count }: Examples, model: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => quality[row * models + model] as number);
}

/** Combines estimates as in serving: heads, and the mean of both if neighbours are looked up anyway. */
function estimatesOf({ likely, near }: PartValues, model: number, withNeighbours: boolean): Float64Array {
  const heads = likely[model] as Float64Array;
  const found = near[model] as Float64Array;
  return withNeighbours ? heads.map((value, row) => (value + (found[row] as number)) / 2) : heads;
}
