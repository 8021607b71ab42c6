/** Statements about live traffic that may be looked at any time. */

export { type AuditJudgeOptions, auditJudge } from "./audit/audit-judge.ts";
export type { AuditOptions } from "./audit/audit-options.ts";
export type { AuditedAnswers, AuditScore, AuditScorer, ScoringHop } from "./audit/audit-scorer.ts";
export type { AuditSkip, AuditStatus, FeedbackStatus } from "./audit/audit-status.ts";
export { auditedRecords } from "./audit/audited-records.ts";
export { type Audit, createAudit } from "./audit/create-audit.ts";
export { createDriftMonitor, type DriftMonitor } from "./drift/drift-monitor.ts";
export type { DriftOptions, DriftReference } from "./drift/drift-options.ts";
export type { DriftState } from "./drift/drift-state.ts";
export type { DriftAlarm, DriftFinding, DriftStatus } from "./drift/drift-status.ts";
export { aborts } from "./guards/aborts.ts";
export { type CostGuardOptions, cost } from "./guards/cost.ts";
export { degraded } from "./guards/degraded.ts";
export { errors } from "./guards/errors.ts";
export { escalations } from "./guards/escalations.ts";
export type { ComparedArm, FinishedRequest, Guard, GuardEvidence, RatedQuality } from "./guards/guard.ts";
export type { MeasuredGuardOptions, ShareGuardOptions } from "./guards/guard-options.ts";
export { type LatencyGuardOptions, latency } from "./guards/latency.ts";
export { type QualityGuardOptions, quality } from "./guards/quality.ts";
export { type SavingOptions, saving } from "./guards/saving.ts";
export { createHoldOut, type HoldOut, type SavingReport } from "./hold-out.ts";
export type { HoldOutOptions } from "./hold-out-options.ts";
export type { MeasuredArmReport, MeasuredMean } from "./measured-arm.ts";
export type { AuditedRecord, DecidedBecause } from "./promise/audited-record.ts";
export { type KeepPromiseOptions, keepPromise } from "./promise/keep-promise.ts";
export { createPromise, type LivePromise } from "./promise/promise.ts";
export type { PromiseInput, PromiseSnapshot } from "./promise/promise-input.ts";
export type { PromiseOptions } from "./promise/promise-options.ts";
export type { ApartRecords, PromiseReport } from "./promise/promise-report.ts";
export type { LivePromiseState } from "./promise/promise-state.ts";
export { type SaferThresholdOptions, saferThreshold, type TunedCurve } from "./promise/safer-threshold.ts";
export { type SharedPromise, type SharePromiseOptions, sharePromise } from "./promise/share-promise.ts";
export type { CategoryStanding, Standing, StandingState } from "./promise/standing.ts";
export { parseRelease } from "./release/check-release.ts";
export {
  type DeploymentDifference,
  diffReleases,
  type ReleaseDifference,
  type Verification,
  verifyRelease,
} from "./release/compare-releases.ts";
export { createRelease, type Deployment, type ReleaseOptions } from "./release/create-release.ts";
export {
  type FollowReleaseOptions,
  followRelease,
  type ReleaseFollower,
} from "./release/follow-release.ts";
export {
  type Published,
  type PublishReleaseOptions,
  publishRelease,
} from "./release/publish-release.ts";
export { readRelease } from "./release/read-release.ts";
export type {
  Release,
  ReleaseCertificate,
  ReleasedDefaults,
  ReleasedModel,
  ReleasedPrompt,
} from "./release/release.ts";
export type { ReleaseParts, Releases } from "./release/release-of-data.ts";
export { createRollout } from "./rollout/create-rollout.ts";
export type { Rollout } from "./rollout/rollout.ts";
export type { RolloutOptions } from "./rollout/rollout-options.ts";
export {
  type RolloutPolicyOptions,
  type RolloutSnapshot,
  type RolloutState,
  rolloutPolicy,
} from "./rollout/rollout-policy.ts";
export type {
  GuardPoint,
  GuardStatus,
  RolloutDelay,
  RolloutStage,
  RolloutStateName,
  RolloutStatus,
  RolloutVerdict,
  ShadowStatus,
} from "./rollout/rollout-status.ts";
export type { JudgedStage, Verdict } from "./rollout/verdict.ts";
export { type LoopStatesOptions, loopStates } from "./states/loop-states.ts";
export type { RequestCounts } from "./units/arm-table.ts";
export type { RolloutUnit } from "./units/rollout-unit.ts";
export { type RolloutSalt, saltFingerprint } from "./units/unit-draw.ts";
export { type TuningWatch, type WatchTuningOptions, watchTuning } from "./watch-tuning.ts";
