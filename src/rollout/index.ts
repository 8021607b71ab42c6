/** Statements about live traffic that may be looked at any time. */

export type { AuditedRecord, DecidedBecause } from "./audited-record.ts";
export { createHoldOut, type HoldOut, type HoldOutOptions, type SavingReport } from "./hold-out.ts";
export { type KeepPromiseOptions, keepPromise } from "./keep-promise.ts";
export type { MeasuredArmReport, MeasuredMean } from "./measured-arm.ts";
export { createPromise, type LivePromise } from "./promise.ts";
export type { PromiseInput, PromiseSnapshot } from "./promise-input.ts";
export type { PromiseOptions } from "./promise-options.ts";
export type { ApartRecords, PromiseReport } from "./promise-report.ts";
export type { LivePromiseState } from "./promise-state.ts";
export {
  type RolloutPolicyOptions,
  type RolloutSnapshot,
  type RolloutState,
  rolloutPolicy,
} from "./rollout-policy.ts";
export type { RolloutUnit } from "./rollout-unit.ts";
export { type SaferThresholdOptions, saferThreshold, type TunedCurve } from "./safer-threshold.ts";
export type { CategoryStanding, Standing, StandingState } from "./standing.ts";
export { type RolloutSalt, saltFingerprint } from "./unit-draw.ts";
