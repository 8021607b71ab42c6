/** Statements about live traffic that may be looked at any time. */

export { type AuditedLoss, createPromise, type LivePromise, type PromiseOptions } from "./promise.ts";
export type { LivePromiseState, Standing } from "./standing.ts";
