/** Models that consist of several endpoints. */
export type { BalanceContext, BalanceRule } from "./balance/balance-rule.ts";
export { leastInFlight } from "./balance/least-in-flight.ts";
export { leastLoaded } from "./balance/least-loaded.ts";
export { powerOfTwo } from "./balance/power-of-two.ts";
export { prefixAffinity } from "./balance/prefix-affinity.ts";
export { roundRobin } from "./balance/round-robin.ts";
export * from "./discovery/index.ts";
export * from "./load/index.ts";
export { type FoundModels, type PoolOptions, pool } from "./pool.ts";
export type { PoolScaleOptions } from "./scale/scale-options.ts";
