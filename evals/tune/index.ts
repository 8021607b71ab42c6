/** Tuning with a certificate. */
export type { Guarantee } from "../../src/statistics/loss-test.ts";
export type { Certificate, Sides, Target } from "./certificate.ts";
export { describeCertificate } from "./describe-certificate.ts";
export { readTuning } from "./read-tuning.ts";
export type { GridOptions } from "./threshold-grid.ts";
export { tuneCategories } from "./tune-categories.ts";
export type { TuneOptions } from "./tune-options.ts";
export { type TunePoliciesOptions, tunePolicies } from "./tune-policies.ts";
export { type TuneThresholdOptions, tuneThreshold } from "./tune-threshold.ts";
export { ALWAYS_SMALL, type CategoryTuning, type TunePoint, type TuningFile } from "./tuning-file.ts";
export { withLogprobChecks } from "./with-logprob-checks.ts";
export { writeTuning } from "./write-tuning.ts";
