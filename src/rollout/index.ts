/** Statements about live traffic that may be looked at any time. */

export type { AuditOptions } from "./audit/audit-options.ts";
export type { AuditedAnswers, AuditScore, AuditScorer, ScoringHop } from "./audit/audit-scorer.ts";
export type { AuditSkip, AuditStatus, FeedbackStatus } from "./audit/audit-status.ts";
export { type Audit, createAudit } from "./audit/create-audit.ts";
export { type RubricJudgeOptions, rubricJudge } from "./audit/rubric-judge.ts";
export type { AuditedRecord, DecidedBecause } from "./audited-record.ts";
export { createDriftMonitor, type DriftMonitor } from "./drift/drift-monitor.ts";
export type { DriftOptions, DriftReference } from "./drift/drift-options.ts";
export type { DriftState } from "./drift/drift-state.ts";
export type { DriftAlarm, DriftFinding, DriftStatus } from "./drift/drift-status.ts";
export { type AuditedLoss, createPromise, type LivePromise, type PromiseOptions } from "./promise.ts";
export type {
  GuardPoint,
  GuardStatus,
  RolloutStage,
  RolloutState,
  RolloutStatus,
  RolloutVerdict,
  ShadowStatus,
} from "./rollout-status.ts";
export type { LivePromiseState, Standing } from "./standing.ts";
