/** Pure statistics, for the loop and for evals: no promise to users. */

export { type BoundedTerms, bettingBounds } from "./betting-bounds.ts";
export {
  type BootstrapOptions,
  bootstrap,
  bootstrapRows,
  type Estimate,
  type Statistics,
} from "./bootstrap.ts";
export { cohenKappa } from "./cohen-kappa.ts";
export { effectiveSampleSize } from "./effective-sample-size.ts";
export { empiricalBernsteinBound } from "./empirical-bernstein.ts";
export { equalMassBins } from "./equal-mass-bins.ts";
export { fitRidge, type Regression, solveCholesky } from "./fit-ridge.ts";
export { krippendorffAlpha } from "./krippendorff-alpha.ts";
export { ksDistance, ksPValue } from "./ks.ts";
export {
  type AskedTest,
  type Guarantee,
  LOSS_TESTS,
  type LossTest,
  type LossTestName,
  lossTest,
} from "./loss-test.ts";
export { mean } from "./mean.ts";
export { meanError, unitTotals, unitValues } from "./mean-error.ts";
export { meanWeightPValue } from "./mean-weight-p-value.ts";
export type { Interval } from "./normal-interval.ts";
export { nullPsi, psi } from "./psi.ts";
export { recordsNeeded } from "./records-needed.ts";
export { type ScoreDrift, type ScoreDriftOptions, type ScoreReference, scoreDrift } from "./score-drift.ts";
export { seededRandom, shuffled } from "./seeded-random.ts";
export { noBets, sharesAround } from "./sequential-bets.ts";
export { skewedFreedom } from "./skewed-freedom.ts";
export { tInterval } from "./t-interval.ts";
export { weightedMean } from "./weighted-mean.ts";
export { weightedQuantiles } from "./weighted-quantiles.ts";
export { wilsonInterval } from "./wilson-interval.ts";
