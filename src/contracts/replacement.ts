import type { Classifier } from "./classifier.ts";
import type { Constraints } from "./constraint.ts";
import type { Policy } from "./policy.ts";
import type { RouteRequest } from "./route-request.ts";
import type { Tuning } from "./tuning.ts";

/** A release by its hash: 12 to 64 hex digits, or the release itself. Decisions carry the first 12. */
export type ReleaseName = string | { readonly hash: string };

/**
 * A request that must go to a model, or to one of several, whatever is replaced. Decided as by a router without
 * sessions, budgets and knowledge of how models behave; a lottery must keep to the models at both ends and in its
 * middle. No model is called.
 */
export type GoldenRoute<Id extends string = string> =
  | { readonly request: RouteRequest<Id>; readonly model: Id; readonly in?: undefined }
  | { readonly request: RouteRequest<Id>; readonly model?: undefined; readonly in: readonly Id[] };

/** Parts of a router to be replaced, all at once. What is absent stays, except `release`. */
export interface Replacement<Id extends string = string> {
  readonly policy?: Policy<Id> | undefined;
  readonly classifier?: Classifier | undefined;
  /** Tuning file of the new policy; null: none. */
  readonly tuning?: Tuning | null | undefined;
  /** All constraints of the router from now on. Those of a request stay. */
  readonly constraints?: Constraints<Id> | undefined;
  /** Golden routes from now on, which the new parts have to pass. Default: those of the router. */
  readonly golden?: readonly GoldenRoute<Id>[] | undefined;
  /** Release that the router is from now on. Absent: none, since other parts are no longer the release of before. */
  readonly release?: ReleaseName | undefined;
  /** Reason for people, at most 1,000 characters. */
  readonly reason: string;
  /** True to validate only. Default false. */
  readonly dryRun?: boolean | undefined;
}

/** Result of `replace` and `revert`. */
export interface Replaced {
  /** Hashes of the policy before and after, as `Decision.versions.policy`. */
  readonly from: string;
  readonly to: string;
  readonly fromRelease?: string | undefined;
  readonly toRelease?: string | undefined;
  /** True if nothing was replaced. */
  readonly dryRun: boolean;
}
