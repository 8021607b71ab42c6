import { mean } from "../../src/loop/statistics/index.ts";
import type { QualityCurve } from "../../src/router/classifiers/index.ts";
import { calibratedQuality, logistic, logit } from "../../src/router/classifiers/trained/inner.ts";
import { type CalibrationError, calibrationError } from "../metrics/calibration-error.ts";
import { FOLDS } from "./cross-validate.ts";

/** Quality curve with its errors on examples that it was not fitted on. */
export interface FittedCurve {
  readonly curve: QualityCurve;
  /** Errors of the bare estimates, and under the curve, whose Brier score is never higher. */
  readonly before: CalibrationError;
  readonly after: CalibrationError;
  /** Brier score of the mean quality, which does not use the request. */
  readonly brierOfMean: number;
  /** Estimates under curves that were fitted on the other folds. */
  readonly heldOut: Float64Array;
}

/** Number of records from which an isotonic curve may be chosen. */
const isotonicFrom = 500;

/**
 * Fits the curve with the lowest Brier score on examples that it was not fitted on: the mean, the bare
 * estimate, Platt scaling (its slope shrunk to 1 below 500 examples), or from 500 an isotonic curve. Ties go
 * to the simplest, so that no curve makes the score worse. `estimates` must be held-out already.
 */
export function fitCurve(estimates: Float64Array, quality: Float64Array, folds: Uint8Array): FittedCurve {
  const fits: readonly Fit[] = [
    fitMean,
    () => ({ kind: "identity" }),
    fitPlatt,
    ...(estimates.length >= isotonicFrom ? [fitIsotonic] : []),
  ];
  const scored = fits.map((fit) => {
    const heldOut = heldOutBy(fit, estimates, quality, folds);
    return { fit, heldOut, ...calibrationError(heldOut, quality) };
  });
  const brierOfMean = scored[0]?.brier ?? Number.NaN;
  const best = scored.reduce((least, one) => (one.brier < least.brier ? one : least));
  return {
    curve: best.fit(estimates, quality),
    before: calibrationError(estimates, quality),
    after: calibrationError(best.heldOut, quality),
    brierOfMean,
    heldOut: best.heldOut,
  };
}

type Fit = (estimates: Float64Array, quality: Float64Array) => QualityCurve;

function heldOutBy(
  fitTo: Fit,
  estimates: Float64Array,
  quality: Float64Array,
  folds: Uint8Array,
): Float64Array {
  const heldOut = new Float64Array(estimates.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const outside = (_: number, index: number): boolean => folds[index] !== fold;
    const curve = fitTo(estimates.filter(outside), quality.filter(outside));
    folds.forEach((own, index) => {
      if (own !== fold) return;
      heldOut[index] = calibratedQuality(curve, estimates[index] as number);
    });
  }
  return heldOut;
}

const fitMean: Fit = (_, quality) => ({ kind: "constant", value: mean(quality) });

/**
 * Precision of the prior of the slope: that of 40 records of the greatest weight (0.25, one unit of logit).
 */
const slopeShrinkage = 10;
const plattRounds = 20;

/** Fits by Newton's method on two unknowns with a fixed number of rounds. */
const fitPlatt: Fit = (estimates, quality) => {
  const shrinkage = estimates.length < isotonicFrom ? slopeShrinkage : 1e-3;
  let slope = 1;
  let intercept = 0;
  for (let round = 0; round < plattRounds; round += 1) {
    let [ofSlope, ofIntercept] = [shrinkage * (1 - slope), 0];
    let [slopes, both, intercepts] = [shrinkage, 0, 1e-6];
    estimates.forEach((estimate, index) => {
      const x = logit(estimate);
      const likely = logistic(slope * x + intercept);
      const error = (quality[index] as number) - likely;
      const curvature = Math.max(1e-6, likely * (1 - likely));
      ofSlope += error * x;
      ofIntercept += error;
      slopes += curvature * x * x;
      both += curvature * x;
      intercepts += curvature;
    });
    const determinant = slopes * intercepts - both * both;
    slope += (intercepts * ofSlope - both * ofIntercept) / determinant;
    intercept += (slopes * ofIntercept - both * ofSlope) / determinant;
  }
  // A falling curve would reverse the order of estimates, which is noise.
  return slope > 0 && Number.isFinite(intercept)
    ? { kind: "platt", slope, intercept }
    : fitMean(estimates, quality);
};

const isotonicBins = 50;

/** Fits by pool adjacent violators (Ayer et al. 1955) over bins of equal size. */
const fitIsotonic: Fit = (estimates, quality) => {
  const order = Array.from(estimates.keys()).sort(
    (a, b) => (estimates[a] as number) - (estimates[b] as number) || a - b,
  );
  const size = Math.ceil(order.length / isotonicBins);
  const blocks: { estimate: number; value: number; count: number }[] = [];
  for (let start = 0; start < order.length; start += size) {
    const bin = order.slice(start, start + size);
    const average = (of: Float64Array): number =>
      bin.reduce((sum, index) => sum + (of[index] as number), 0) / bin.length;
    let block = { estimate: average(estimates), value: average(quality), count: bin.length };
    for (let last = blocks.at(-1); last !== undefined && last.value >= block.value; last = blocks.at(-1)) {
      blocks.pop();
      block = pooled(last, block);
    }
    blocks.push(block);
  }
  return {
    kind: "isotonic",
    estimates: blocks.map(({ estimate }) => estimate),
    values: blocks.map(({ value }) => value),
  };
};

interface Block {
  readonly estimate: number;
  readonly value: number;
  readonly count: number;
}

function pooled(a: Block, b: Block): Block {
  const count = a.count + b.count;
  return {
    estimate: (a.count * a.estimate + b.count * b.estimate) / count,
    value: (a.count * a.value + b.count * b.value) / count,
    count,
  };
}
