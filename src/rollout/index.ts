/** Statements about live traffic that may be looked at any time. */

export {
  type FollowReleaseOptions,
  followRelease,
  type ReleaseFollower,
} from "./fleet/follow-release.ts";
export {
  type Published,
  type PublishReleaseOptions,
  publishRelease,
} from "./fleet/publish-release.ts";
export type { ReleaseParts, Releases } from "./fleet/release-of-data.ts";
export { type AuditedLoss, createPromise, type LivePromise, type PromiseOptions } from "./promise.ts";
export { parseRelease } from "./release/check-release.ts";
export {
  type DeploymentDifference,
  diffReleases,
  type ReleaseDifference,
  type Verification,
  verifyRelease,
} from "./release/compare-releases.ts";
export { createRelease, type Deployment, type ReleaseOptions } from "./release/create-release.ts";
export { readRelease } from "./release/read-release.ts";
export type {
  Release,
  ReleaseCertificate,
  ReleasedDefaults,
  ReleasedModel,
  ReleasedPrompt,
} from "./release/release.ts";
export type { LivePromiseState, Standing } from "./standing.ts";
export { type TuningWatch, type WatchTuningOptions, watchTuning } from "./watch-tuning.ts";
