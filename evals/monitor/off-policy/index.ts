/** Estimates of another policy from a decision log, and the estimators one by one. */

export { clipWeights } from "./clip-weights.ts";
export { doublyRobustTerms, type Predictions } from "./doubly-robust.ts";
export { ipsTerms } from "./ips.ts";
export { type OffPolicyOptions, offPolicy } from "./off-policy.ts";
export type {
  Estimator,
  OffPolicyEstimate,
  OffPolicyReport,
  Overlap,
  PlanOverlap,
  RewardReport,
  StratumOverlap,
} from "./off-policy-report.ts";
export type { OffPolicyTarget } from "./read-rows.ts";
export { snips, snipsTerms } from "./snips.ts";
export type { OffPolicyUnit } from "./units-of-rows.ts";
