import { rawQuality } from "../../src/classifiers/calibrated.ts";
import type { QualityCurve } from "../../src/classifiers/trained/trained-file.ts";
import {
  type Classification,
  type Classifier,
  InsufficientEvidenceError,
  type RecordKeys,
} from "../../src/contracts/index.ts";
import { checkIds } from "../../src/plugin/index.ts";
import { mean } from "../../src/statistics/mean.ts";
import { seededRandom } from "../../src/statistics/seeded-random.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { recordKeysOf } from "../data/split/record-keys.ts";
import { unitsOf } from "../data/split/units.ts";
import { type CalibrationBin, type CalibrationError, calibrationBins } from "../metrics/calibration-error.ts";
import { replayCases } from "../replay/replay-cases.ts";
import type { RecordText } from "../replay/request-of-record.ts";
import { foldsOf } from "./cross-validate.ts";
import { fitCurve } from "./fit-curve.ts";

export interface CalibrateOptions {
  /** Names of the models in the outcomes, each of which gets a curve. */
  readonly models: readonly string[];
  /** One that was not trained on these records, or it looks better calibrated than it is. */
  readonly classifier: Classifier;
  /** What is shown to the classifier. Default `prompt`. */
  readonly text?: RecordText | undefined;
  /** Of the folds: a whole number in [0, 2^32). Default 1. */
  readonly seed?: number | undefined;
}

/** What is known of one model, on held-out folds. */
export interface ModelCalibration {
  readonly model: string;
  /** Mean on the records. */
  readonly quality: number;
  /** The curve that was chosen, by its Brier score: `identity` and `constant` where fitting one would be worse. */
  readonly curve: QualityCurve["kind"];
  readonly reason: string;
  /** Of the bare estimate, and under the curve. */
  readonly before: CalibrationError;
  readonly after: CalibrationError;
  /** Brier score of the mean quality, which knows nothing of the request. */
  readonly brierOfMean: number;
  /** For a calibration plot. */
  readonly bins: { readonly before: readonly CalibrationBin[]; readonly after: readonly CalibrationBin[] };
}

/** Quality curves for a classifier. Plain JSON. */
export interface Calibration {
  readonly classifier: { readonly name: string; readonly version: string };
  /** By name of the model: `calibrated(classifier, curves)` serves them. */
  readonly curves: Readonly<Record<string, QualityCurve>>;
  readonly records: number;
  /** Records that lack an outcome of one of the models. */
  readonly skipped: number;
  /** Records that the classifier failed on, which count for nothing. */
  readonly unclassified: number;
  readonly models: readonly ModelCalibration[];
  /** What the records have served for: tune and check with others. */
  readonly keys: RecordKeys;
}

/** As for a classifier of one's own: fewer prompts make no folds that say anything. */
const leastUnits = 40;

/**
 * Learns from outcomes what a classifier's estimates are worth: a curve per model from its estimate (its
 * stated quality, else `1 - complexity`) to the quality that such requests had. Of the mean, the bare
 * estimate, Platt scaling (drawn to the bare estimate below 500 records) and, from 500 records on, an
 * isotonic curve, the one with the least Brier score in five-fold cross-validation is taken, so that none
 * is used where it makes things worse. Records of one prompt, group, session or tenant share a fold.
 *
 * Throws what `replayCases` throws, and `InsufficientEvidenceError` on fewer than 40 independent units.
 */
export async function calibrate(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  { models, classifier, text, seed = 1 }: CalibrateOptions,
): Promise<Calibration> {
  checkIds("calibrate.models", models);
  const random = seededRandom(seed);
  const { cases, skipped, unclassified } = await replayCases(records, { models, classifier, text });
  const used = cases.filter(({ context }) => context.classification !== undefined);
  const own = used.map(({ record }) => record);
  const units = unitsOf(own);
  const count = new Set(units).size;
  if (count < leastUnits)
    throw new InsufficientEvidenceError(count, leastUnits, "too few independent prompts to calibrate on");
  const folds = foldsOf(units, random);
  const fitted = models.map((model) => {
    const estimates = Float64Array.from(used, ({ context }) =>
      rawQuality(context.classification as Classification, model),
    );
    const quality = Float64Array.from(used, ({ outcomes }) => outcomes.get(model)?.quality ?? Number.NaN);
    return { model, estimates, quality, ...fitCurve(estimates, quality, folds) };
  });
  return {
    classifier: { name: classifier.name, version: classifier.version },
    curves: Object.fromEntries(fitted.map(({ model, curve }) => [model, curve])),
    records: used.length,
    skipped,
    unclassified,
    models: fitted.map(({ model, curve, estimates, quality, heldOut, before, after, brierOfMean }) => ({
      model,
      quality: mean(quality),
      curve: curve.kind,
      reason: reasons[curve.kind],
      before,
      after,
      brierOfMean,
      bins: { before: calibrationBins(estimates, quality), after: calibrationBins(heldOut, quality) },
    })),
    keys: recordKeysOf(own, "fit"),
  };
}

const reasons: Readonly<Record<QualityCurve["kind"], string>> = {
  constant: "no curve over the estimate beats the mean quality on held-out folds",
  identity: "no curve beats the bare estimate on held-out folds",
  platt: "Platt scaling has the least Brier score on held-out folds",
  isotonic: "the isotonic curve has the least Brier score on held-out folds",
};
