/** From logs to a certificate: outcomes, scorers, metrics, replay, training, tuning, reports and the gate. */

export { InsufficientEvidenceError, OutcomeFormatError } from "../src/contracts/index.ts";
export type { AskedTest, Guarantee, LossTestName } from "../src/loop/statistics/index.ts";
export {
  type ScoreDrift,
  type ScoreDriftOptions,
  type ScoreReference,
  scoreDrift,
} from "../src/loop/statistics/index.ts";
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
export type { HumanLabel } from "./data/labels/human-label.ts";
export { type JoinedAuditFeedback, joinAuditFeedback } from "./data/labels/join-audit-feedback.ts";
export {
  type JoinedLabels,
  type JoinHumanLabelsOptions,
  joinHumanLabels,
} from "./data/labels/join-human-labels.ts";
export { type RaterAgreement, raterAgreement } from "./data/labels/rater-agreement.ts";
export { type ReadHumanLabelsOptions, readHumanLabels } from "./data/labels/read-human-labels.ts";
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
export * from "./metrics/index.ts";
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
export type { CheckResult, GateVerdict } from "./monitor/gate/gate-check.ts";
export { showAnnotations } from "./monitor/gate/show-annotations.ts";
export { showJUnit } from "./monitor/gate/show-junit.ts";
export * from "./monitor/off-policy/index.ts";
export type { CacheRules } from "./monitor/spend/cached-prefixes.ts";
export {
  type NetSaving,
  type NetSavingOptions,
  netSaving,
  type SavingEstimate,
} from "./monitor/spend/net-saving.ts";
export { type LoggedSpend, type ReadSpendOptions, readSpend } from "./monitor/spend/read-spend.ts";
export type { SpendRequest } from "./monitor/spend/spend-request.ts";
export { type CompareOptions, type Comparison, compare } from "./replay/compare/compare.ts";
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
export * from "./scorers/index.ts";
export type { ModelReport } from "./train/build-classifier.ts";
export {
  type CalibrateOptions,
  type Calibration,
  calibrate,
  type ModelCalibration,
} from "./train/calibrate.ts";
export { readClassifier } from "./train/read-classifier.ts";
export { refit } from "./train/refit.ts";
export {
  type Training,
  type TrainingReport,
  type TrainOptions,
  type TrainSettings,
  trainClassifier,
} from "./train/train-classifier.ts";
export { writeClassifier } from "./train/write-classifier.ts";
export type { Certificate, Sides, Target } from "./tune/certificate.ts";
export { describeCertificate } from "./tune/describe-certificate.ts";
export type { MissingOutcomes } from "./tune/missing-outcomes.ts";
export { readTuning } from "./tune/read-tuning.ts";
export { tuneCategories } from "./tune/tune-categories.ts";
export type { TuneOptions } from "./tune/tune-options.ts";
export { type TunePoliciesOptions, tunePolicies } from "./tune/tune-policies.ts";
export type { GridOptions } from "./tune/tune-threshold.ts";
export { type TuneThresholdOptions, tuneThreshold } from "./tune/tune-threshold.ts";
export { ALWAYS_SMALL, type CategoryTuning, type TunePoint, type TuningFile } from "./tune/tuning-file.ts";
export { withLogprobChecks } from "./tune/with-logprob-checks.ts";
export { writeTuning } from "./tune/write-tuning.ts";
