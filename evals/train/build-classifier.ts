import {
  type Examples,
  encodeExamples,
  type StructureScale,
} from "../../src/classifiers/trained/examples.ts";
import { encodeHeads } from "../../src/classifiers/trained/linear-heads.ts";
import {
  type CandidateResult,
  FORMAT_VERSION,
  type QualityCurve,
  REFERENCE_QUANTILES,
  type TrainedClassifier,
  versionOf,
} from "../../src/classifiers/trained/trained-file.ts";
import { type Classifier, InsufficientEvidenceError, InvalidOptionError } from "../../src/contracts/index.ts";
import { mean } from "../../src/statistics/mean.ts";
import { seededRandom } from "../../src/statistics/seeded-random.ts";
import { weightedQuantiles } from "../../src/statistics/weighted-quantiles.ts";
import type { CalibrationError } from "../metrics/calibration-error.ts";
import { candidatesOf } from "./candidates.ts";
import { chooseCandidate, measureCandidates } from "./choose-candidate.ts";
import { withCommonCategories } from "./common-categories.ts";
import { crossValidate, FOLDS, foldsOf } from "./cross-validate.ts";
import { fitCurve } from "./fit-curve.ts";
import { difference, fitParts, type PartValues } from "./fit-parts.ts";

/** Input of a training. */
export interface BuildInput {
  readonly examples: Examples;
  readonly scale: StructureScale;
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
  const folds = foldsOf(examples.groups, random);
  const held = crossValidate(examples, folds, pair, random, (done) => input.onProgress(done, FOLDS));
  const all = Uint32Array.from({ length: examples.count }, (_, row) => row);
  const { ridge, logistic, table, stored } = fitParts(examples, all, pair, random);
  const candidates = candidatesOf(held, data.records, table !== undefined);
  const results = await measureCandidates(candidates, gains, {
    groups: examples.groups,
    resamples: input.resamples,
    seed,
    confidence: input.confidence,
  });
  const { chosen, recommended, reason } = chooseCandidate(results, input.candidate);
  const candidate = candidates.find(({ name }) => name === chosen.name);
  if (candidate === undefined) throw new Error("the chosen candidate is one of those measured");
  const uses = new Set(candidate.score.map(({ part }) => part));
  const curves = qualities.map((quality, model) =>
    fitCurve(estimatesOf(held, model, uses.has("neighbours")), quality, folds),
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
    candidate: chosen.name,
    recommended,
    candidates: results,
    score: candidate.score,
    quantiles: Array.from(
      weightedQuantiles(
        Array.from(candidate.values, (value) => ({ value, weight: 1 })),
        REFERENCE_QUANTILES,
      ),
    ),
    structure: input.scale,
    logistic: encodeHeads(logistic),
    ...(uses.has("ridge") ? { ridge: encodeHeads(ridge) } : {}),
    ...(uses.has("table") && table !== undefined ? { table } : {}),
    examples: encodeExamples(stored),
    curves: curves.map(({ curve }) => curve),
  };
  return {
    file: { ...file, version: versionOf(file) },
    prompts,
    candidates: results,
    reason,
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

function qualityOf({ quality, models, count }: Examples, model: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => quality[row * models + model] as number);
}

/** Combines estimates as in serving: heads, and the mean of both if neighbours are looked up anyway. */
function estimatesOf({ likely, near }: PartValues, model: number, withNeighbours: boolean): Float64Array {
  const heads = likely[model] as Float64Array;
  const found = near[model] as Float64Array;
  return withNeighbours ? heads.map((value, row) => (value + (found[row] as number)) / 2) : heads;
}
