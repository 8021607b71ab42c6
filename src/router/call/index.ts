/** Calls the models of a plan: retries, fallbacks, time limits, and a record of every attempt. */
export { type AnswerReader, readAnswer } from "./answer-reader.ts";
export { backoffMs } from "./backoff.ts";
export { chatCall } from "./chat-call.ts";
export type { CallContext, Execution, ExecutionPorts, PoolAccess, RequestScope } from "./context.ts";
export { deadlineError, leftMs } from "./deadline.ts";
export { callDirectly, callOfWork, directPlan } from "./direct-call.ts";
export { generate } from "./generate.ts";
export { type ExecutionOptions, resolveExecutionOptions } from "./options.ts";
export type { OutputRead, OutputReading } from "./output-reading.ts";
export type { PlanRules } from "./plan/index.ts";
export { planRulesOf } from "./plan-rules-of.ts";
export { replayAnswer } from "./replay-answer.ts";
export { mayBeBilled, toTypedError } from "./typed-error.ts";
