/** Statements about live traffic that may be looked at any time. */

export type { AuditOptions } from "./audit/audit-options.ts";
export type { AuditedAnswers, AuditScore, AuditScorer, ScoringHop } from "./audit/audit-scorer.ts";
export type { AuditSkip, AuditStatus, FeedbackStatus } from "./audit/audit-status.ts";
export { type Audit, createAudit } from "./audit/create-audit.ts";
export { type RubricJudgeOptions, rubricJudge } from "./audit/rubric-judge.ts";
export type { AuditedRecord, DecidedBecause } from "./audited-record.ts";
export { createRollout, type Rollout } from "./create-rollout.ts";
export { type CostGuardOptions, cost } from "./guards/cost.ts";
export { degraded } from "./guards/degraded.ts";
export { errors } from "./guards/errors.ts";
export { escalations } from "./guards/escalations.ts";
export type { ComparedArm, FinishedRequest, Guard, GuardEvidence, RatedQuality } from "./guards/guard.ts";
export type { ShareGuardOptions } from "./guards/guard-options.ts";
export { type LatencyGuardOptions, latency } from "./guards/latency.ts";
export { type QualityGuardOptions, quality } from "./guards/quality.ts";
export { type SavingOptions, saving } from "./guards/saving.ts";
export { type AuditedLoss, createPromise, type LivePromise, type PromiseOptions } from "./promise.ts";
export type { RolloutOptions } from "./rollout-options.ts";
export {
  type RolloutPolicyOptions,
  type RolloutSnapshot,
  type RolloutState,
  rolloutPolicy,
} from "./rollout-policy.ts";
export type {
  GuardPoint,
  GuardStatus,
  RolloutStage,
  RolloutStateName,
  RolloutStatus,
  RolloutVerdict,
  ShadowStatus,
} from "./rollout-status.ts";
export type { RolloutUnit } from "./rollout-unit.ts";
export type { LivePromiseState, Standing } from "./standing.ts";
export { type RolloutSalt, saltFingerprint } from "./unit-draw.ts";
export type { JudgedStage, Verdict } from "./verdict.ts";
