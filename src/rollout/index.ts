/** Statements about live traffic that may be looked at any time. */

export {
  type AuditedLoss,
  createPromise,
  type LivePromise,
  type PromiseOptions,
  type PromiseState,
  type Standing,
} from "./promise.ts";
