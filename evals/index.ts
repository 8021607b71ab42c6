/** Offline evals: outcomes, replay, metrics, comparison. */

export {
  type BootstrapOptions,
  bootstrap,
  type Estimate,
  type Statistics,
} from "../src/statistics/bootstrap.ts";
export { cohenKappa } from "../src/statistics/cohen-kappa.ts";
export { effectiveSampleSize } from "../src/statistics/effective-sample-size.ts";
export { empiricalBernsteinBound } from "../src/statistics/empirical-bernstein.ts";
export { krippendorffAlpha } from "../src/statistics/krippendorff-alpha.ts";
export { ksDistance, ksPValue } from "../src/statistics/ks.ts";
export { nullPsi, psi } from "../src/statistics/psi.ts";
export {
  type ScoreDrift,
  type ScoreDriftOptions,
  type ScoreReference,
  scoreDrift,
} from "../src/statistics/score-drift.ts";
export { seededRandom } from "../src/statistics/seeded-random.ts";
export { collect, estimateCollect } from "./collect/collect.ts";
export type { CollectEstimate, ModelEstimate } from "./collect/collect-estimate.ts";
export type { CollectOptions } from "./collect/collect-options.ts";
export type { CollectedModel, Collection } from "./collect/collection.ts";
export type { CollectProgress } from "./collect/progress.ts";
export {
  type FeedbackRule,
  type JoinedFeedback,
  type JoinOptions,
  type JoinReport,
  joinDecisions,
  joinFeedback,
  type LoggedDecision,
  type RatedDecision,
} from "./data/decisions/join-feedback.ts";
export { type ExportOptions, type ExportReport, exportRecords } from "./data/export/export-records.ts";
export { importFile } from "./data/import/import-file.ts";
export type { ImportOptions } from "./data/import/import-options.ts";
export { type Import, type ImportReport, importRecords } from "./data/import/import-records.ts";
export type { DatasetRecord } from "./data/outcomes/dataset-record.ts";
export type { Outcome, OutcomeRecord } from "./data/outcomes/outcome-record.ts";
export { promptKey } from "./data/outcomes/prompt-key.ts";
export type { JsonLinesOptions } from "./data/outcomes/read-json-lines.ts";
export { readOutcomes } from "./data/outcomes/read-outcomes.ts";
export {
  checkDisjoint,
  type Purpose,
  type RecordKeys,
  recordKeysOf,
  type SplitRecord,
} from "./data/split/record-keys.ts";
export { type Split, type SplitOptions, splitOutcomes } from "./data/split/split-outcomes.ts";
export { type UnitField, unitsOf } from "./data/split/units.ts";
export { aiq, type CostQuality, type CostRange } from "./metrics/aiq.ts";
export { apgr } from "./metrics/apgr.ts";
export {
  type CalibrationBin,
  type CalibrationError,
  calibrationBins,
  calibrationError,
} from "./metrics/calibration-error.ts";
export { costAtQuality } from "./metrics/cost-at-quality.ts";
export { cpt } from "./metrics/cpt.ts";
export { largeCallRate } from "./metrics/large-call-rate.ts";
export { meanCost } from "./metrics/mean-cost.ts";
export { meanQuality } from "./metrics/mean-quality.ts";
export { oracleCurve } from "./metrics/oracle-curve.ts";
export { oracleQuality } from "./metrics/oracle-quality.ts";
export { pgr } from "./metrics/pgr.ts";
export { qualityAtCost } from "./metrics/quality-at-cost.ts";
export { regret } from "./metrics/regret.ts";
export {
  type CurvePoint,
  type ModelOutcomes,
  orderByScore,
  type PairedOutcomes,
  type RoutingCurve,
  routingCurve,
  type ScoreCut,
  type ScoreOrder,
} from "./metrics/routing-curve.ts";
export { sweep } from "./metrics/sweep.ts";
export {
  type DecisionScores,
  type DecisionScoresOptions,
  decisionScores,
  type ScoredDecision,
} from "./monitor/drift/decision-scores.ts";
export {
  type CheckCertificateOptions,
  checkCertificate,
  type GateReport,
} from "./monitor/gate/check-certificate.ts";
export type { CheckResult, Verdict } from "./monitor/gate/gate-check.ts";
export { showAnnotations } from "./monitor/gate/show-annotations.ts";
export { showJUnit } from "./monitor/gate/show-junit.ts";
export { clipWeights } from "./monitor/off-policy/clip-weights.ts";
export { doublyRobustTerms, type Predictions } from "./monitor/off-policy/doubly-robust.ts";
export { ipsTerms } from "./monitor/off-policy/ips.ts";
export { type OffPolicyOptions, offPolicy } from "./monitor/off-policy/off-policy.ts";
export type {
  Estimator,
  OffPolicyEstimate,
  OffPolicyReport,
  Overlap,
  PlanOverlap,
  RewardReport,
  StratumOverlap,
} from "./monitor/off-policy/off-policy-report.ts";
export type { OffPolicyTarget } from "./monitor/off-policy/read-rows.ts";
export { snips, snipsTerms } from "./monitor/off-policy/snips.ts";
export type { OffPolicyUnit } from "./monitor/off-policy/units-of-rows.ts";
export { type CompareOptions, type Comparison, compare } from "./replay/compare/compare.ts";
export { compareRouter, type RouterComparison } from "./replay/compare/compare-router.ts";
export type { ComparisonMetric, ComparisonRow, IntervalOptions } from "./replay/compare/comparison-row.ts";
export { pairOutcomes } from "./replay/compare/pair-outcomes.ts";
export {
  type Replay,
  type ReplayOptions,
  type ReplayPolicyOptions,
  replay,
  replayPolicies,
  replayPolicy,
} from "./replay/replay.ts";
export {
  type ReplayCase,
  type ReplayCases,
  type ReplayCasesOptions,
  replayCases,
} from "./replay/replay-cases.ts";
export type { RecordText } from "./replay/request-of-record.ts";
export { type RouterCasesOptions, routerCases } from "./replay/router-cases.ts";
export { renderReport } from "./report/render-report.ts";
export type { Report } from "./report/report.ts";
export { reportData } from "./report/report-data.ts";
export type { PairReportOptions, ReportOptions, RouterReportOptions } from "./report/report-options.ts";
export {
  type AnyScorer,
  type ContainsOptions,
  contains,
  type EmbeddingSimilarityOptions,
  embeddingSimilarity,
  exact,
  type HumanLabel,
  humanLabels,
  type JoinedLabels,
  type JoinHumanLabelsOptions,
  type JsonFormOptions,
  type JudgeOptions,
  joinHumanLabels,
  jsonDiff,
  jsonSchema,
  type MultipleChoiceOptions,
  multipleChoice,
  type NormalisedOptions,
  type NumericOptions,
  normalised,
  numeric,
  type PairwiseJudgeOptions,
  pairwiseJudge,
  type RaterAgreement,
  type ReadHumanLabelsOptions,
  type RegexOptions,
  type RubricJudgeOptions,
  type RubricLevel,
  raterAgreement,
  readHumanLabels,
  regex,
  rubricJudge,
  type Score,
  type ScoredToolCall,
  type ScoreResult,
  type Scorer,
  type ScorerArgs,
  type ScorerFunction,
  scorerName,
  scoreWith,
  type ToolCallMatchOptions,
  toolCallMatch,
} from "./scorers/index.ts";
export {
  type CalibrateOptions,
  type Calibration,
  calibrate,
  type ModelCalibration,
} from "./train/calibrate.ts";
export {
  type ModelReport,
  readClassifier,
  refit,
  type Training,
  type TrainingReport,
  type TrainOptions,
  type TrainSettings,
  trainClassifier,
  writeClassifier,
} from "./train/index.ts";
export {
  ALWAYS_SMALL,
  type CategoryTuning,
  type Certificate,
  describeCertificate,
  type GridOptions,
  type Guarantee,
  readTuning,
  type Sides,
  type Target,
  type TuneOptions,
  type TunePoint,
  type TunePoliciesOptions,
  type TuneThresholdOptions,
  type TuningFile,
  tuneCategories,
  tunePolicies,
  tuneThreshold,
  withLogprobChecks,
  writeTuning,
} from "./tune/index.ts";
