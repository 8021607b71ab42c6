/** Metrics of routers on recorded outcomes, and the statistics behind them. */

export {
  type BootstrapOptions,
  bootstrap,
  cohenKappa,
  type Estimate,
  effectiveSampleSize,
  empiricalBernsteinBound,
  krippendorffAlpha,
  ksDistance,
  ksPValue,
  nullPsi,
  psi,
  type Statistics,
  seededRandom,
} from "../../src/loop/statistics/index.ts";
export { aiq, type CostQuality, type CostRange } from "./aiq.ts";
export { apgr } from "./apgr.ts";
export {
  type CalibrationBin,
  type CalibrationError,
  calibrationBins,
  calibrationError,
} from "./calibration-error.ts";
export { costAtQuality } from "./cost-at-quality.ts";
export { cpt } from "./cpt.ts";
export { largeCallRate } from "./large-call-rate.ts";
export { meanCost } from "./mean-cost.ts";
export { meanQuality } from "./mean-quality.ts";
export { oracleCurve } from "./oracle-curve.ts";
export { oracleQuality } from "./oracle-quality.ts";
export { pgr } from "./pgr.ts";
export { qualityAtCost } from "./quality-at-cost.ts";
export { regret } from "./regret.ts";
export {
  type CurvePoint,
  type ModelOutcomes,
  orderByScore,
  type PairedOutcomes,
  type RoutingCurve,
  routingCurve,
  type ScoreCut,
  type ScoreOrder,
} from "./routing-curve.ts";
export { sweep } from "./sweep.ts";
