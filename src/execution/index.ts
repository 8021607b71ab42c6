/** Calls the models of a plan: retries, fallbacks, time limits, and a record of every attempt. */
export { callDirectly } from "./call.ts";
export type { Admission, ExecutionContext } from "./context.ts";
export { generate, generateDirectly } from "./generate.ts";
export { type ExecutionOptions, type ResolvedExecutionOptions, resolveExecutionOptions } from "./options.ts";
export { stream } from "./stream.ts";
