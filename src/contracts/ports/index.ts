/**
 * Ports: small interfaces by which execution reaches a router's parts. Each is implemented in another folder.
 */
export type { Admission, Pass } from "./admission.ts";
export type { Call, Refusal } from "./call.ts";
export type { Clock, Timer } from "./clock.ts";
export type { CalledGpu, GpuMeasure } from "./gpu-measure.ts";
export type {
  Account,
  AccountRequest,
  BudgetState,
  CountedModel,
  Degrade,
  Ledger,
  Left,
  ReachedBound,
} from "./ledger.ts";
export type { Observer, WithheldModel } from "./observer.ts";
export type { OutputToLimit, Pricing, ReturnedUsage, ServedCall } from "./pricing.ts";
export type { QuotaDesk, QuotaRefusal, QuotaRequest } from "./quota-desk.ts";
export type { AnswerToKeep, CacheRequest, ResponseCache } from "./response-cache.ts";
export type { GuardLift, OpenShared, OwnGuards, SharingRouter } from "./shared-state.ts";
export type { OpenStateLines, StateLines } from "./state-lines.ts";
