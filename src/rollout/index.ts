/** Statements about live traffic that may be looked at any time. */

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
export type { LivePromiseState, Standing } from "./standing.ts";
export type { JudgedStage, Verdict } from "./verdict.ts";
