import {
  type Classification,
  type Classifier,
  InsufficientEvidenceError,
  type RecordKeys,
} from "../../src/contracts/index.ts";
import { mean, seededRandom } from "../../src/loop/statistics/index.ts";
import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import type { QualityCurve } from "../../src/router/classifiers/index.ts";
import { rawQuality } from "../../src/router/classifiers/inner.ts";
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
  /** Classifier that was not trained on these records; otherwise it looks better calibrated than it is. */
  readonly classifier: Classifier;
  /** Text that the classifier gets. Default `prompt`. */
  readonly text?: RecordText | undefined;
  /** Seed of the folds, a whole number in [0, 2^32). Default 1. */
  readonly seed?: number | undefined;
}

export const calibrateOptions: OptionTable<CalibrateOptions> = {
  models: { is: "ids" },
  classifier: { is: "object", methods: ["classify"] },
  text: { is: "choice", of: ["prompt", "question"], default: "prompt" },
  seed: { is: "number", min: 0, max: 0xffff_ffff, integer: true, default: 1 },
};

/** Calibration of one model, on held-out folds. */
export interface ModelCalibration {
  readonly model: string;
  /** Mean quality on the records. */
  readonly quality: number;
  /**
   * Kind of the curve, chosen by its Brier score: `identity` or `constant` where a fitted one would be worse.
   */
  readonly curve: QualityCurve["kind"];
  readonly reason: string;
  /** Errors of the bare estimate, and under the curve. */
  readonly before: CalibrationError;
  readonly after: CalibrationError;
  /** Brier score of the mean quality, which does not use the request. */
  readonly brierOfMean: number;
  /** Bins for a calibration plot. */
  readonly bins: { readonly before: readonly CalibrationBin[]; readonly after: readonly CalibrationBin[] };
}

/** Quality curves for a classifier. Plain JSON. */
export interface Calibration {
  readonly classifier: { readonly name: string; readonly version: string };
  /** Curves by name of the model: `calibrated(classifier, curves)` serves them. */
  readonly curves: Readonly<Record<string, QualityCurve>>;
  readonly records: number;
  /** Records that lack an outcome of one of the models. */
  readonly skipped: number;
  /** Records on which the classifier failed, which are not used. */
  readonly unclassified: number;
  readonly models: readonly ModelCalibration[];
  /** Keys of the records that were used: tune and check with others. */
  readonly keys: RecordKeys;
}

/** Fewest independent units whose folds are meaningful, as in training. */
const leastUnits = 40;

/**
 * Learns from outcomes how a classifier's estimates relate to quality: a curve per model from its estimate
 * (its stated quality, else `1 - complexity`) to the quality of such requests. The curve is the mean, the
 * bare estimate, Platt scaling (shrunk to the bare estimate below 500 records) or, from 500 records on, an
 * isotonic curve: the one with the lowest Brier score in five-fold cross-validation, so that no curve makes
 * things worse. Records of one prompt, group, session or tenant share a fold.
 *
 * Throws what `replayCases` throws, and `InsufficientEvidenceError` for fewer than 40 independent units.
 */
export async function calibrate(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: CalibrateOptions,
): Promise<Calibration> {
  const { models, classifier, text, seed } = readOptions("calibrate", calibrateOptions, options);
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
  platt: "Platt scaling has the lowest Brier score on held-out folds",
  isotonic: "the isotonic curve has the lowest Brier score on held-out folds",
};
