/** One request under way, and what it hands to deciding and to execution. */
export { coalesce } from "./coalesce.ts";
export { emit } from "./emit.ts";
export { planExecution } from "./execution-context.ts";
export { type OpenHop, openHop } from "./hop-context.ts";
export type { RouterParts } from "./parts.ts";
export { degradedVerdict, recordAnswer } from "./record-answer.ts";
export { beginRun, checkAlive, type Run } from "./run.ts";
export { totalCostUsd, totalUsage } from "./totals.ts";
