import { InvalidOptionError, type Router } from "../../contracts/index.ts";
import { checkLoopSources, checkSource, type LoopSources } from "../../loop/states/inner.ts";
import { checkKeys, checkNumber } from "../../plugin/index.ts";
import type { Frames } from "./frames.ts";

interface Estimate {
  readonly value: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** A hold-out, as far as the page needs it: `createHoldOut` makes one. */
export interface ShownHoldOut {
  saving(): {
    readonly heldOut: { readonly requests: number; readonly units: number };
    readonly routed: { readonly requests: number; readonly units: number };
    readonly savedUsd?: Estimate | undefined;
    readonly savedShare?: Estimate | undefined;
    readonly qualityGained?: Estimate | undefined;
    readonly confidence: number;
  };
}

export interface DashboardOptions<Id extends string = string> extends LoopSources {
  /**
   * Id of the model that requests would have gone to without a router: what is saved is estimated against it. Default: of
   * the models that a request is permitted, the one with the highest estimated cost.
   */
  readonly reference?: Id | undefined;
  /** Hold-out that measures what is saved. Default: none, and the saving is an estimate. */
  readonly holdOut?: ShownHoldOut | undefined;
  /** Recording of the router that this one replaces: it goes on here. Default: a new one begins. */
  readonly after?: Frames | undefined;
  /** Longest wait for budgets that a shared store has, in milliseconds. Default 1,000. */
  readonly readTimeoutMs?: number | undefined;
}

/** Throws `InvalidOptionError`. */
export function checkDashboardOptions(router: Router, options: DashboardOptions): void {
  checkKeys("dashboard", options, [
    "reference",
    "holdOut",
    "promises",
    "rollouts",
    "drift",
    "after",
    "readTimeoutMs",
  ]);
  const { reference, holdOut, promises, rollouts, drift, readTimeoutMs } = options;
  if (reference !== undefined && !Object.hasOwn(router.models, reference))
    throw new InvalidOptionError("dashboard.reference", reference, "the id of a model");
  checkSource("dashboard.holdOut", holdOut, "saving");
  checkLoopSources("dashboard", { promises, rollouts, drift });
  if (readTimeoutMs !== undefined)
    checkNumber("dashboard.readTimeoutMs", readTimeoutMs, { min: 1, max: 60_000 });
}
