/** Models that consist of several endpoints. */
export type { BalanceContext, BalanceRule } from "./balance/balance-rule.ts";
export { powerOfTwo } from "./balance/power-of-two.ts";
export { roundRobin } from "./balance/round-robin.ts";
export { type PoolOptions, pool } from "./pool.ts";
