import { InvalidOptionError, type Router } from "../../contracts/index.ts";
import { checkKeys, checkNumber } from "../../plugin/index.ts";
import type { WatchedPromise } from "../metrics/options.ts";
import type { FrameDrift } from "./frame.ts";
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

/** A promise, as far as the page needs it: `createPromise` makes one. */
export interface ShownPromise extends WatchedPromise {
  report(): ReturnType<WatchedPromise["report"]> & {
    readonly confidence?: number | undefined;
    readonly records?: number | undefined;
  };
}

interface ShownPoint {
  readonly pairs: number;
  readonly difference: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly harm: number;
  readonly safe: number;
}

/** State of a rollout, as far as the page shows it. */
export interface ShownRolloutStatus {
  readonly id: string;
  readonly unit: string;
  readonly confidence: number;
  readonly stages: readonly {
    readonly shadow?: boolean | undefined;
    readonly share?: number | undefined;
  }[];
  readonly state: string;
  readonly stage: number;
  readonly since: string;
  readonly share: number;
  readonly controlShare: number;
  readonly verdict: { readonly verdict: string; readonly reason: string };
  readonly units: { readonly control: number; readonly candidate: number };
  readonly guards: readonly (ShownPoint & {
    readonly name: string;
    readonly kind: string;
    readonly unit: string;
    readonly margin: number;
    readonly marginOf: string;
    readonly control?: number | undefined;
    readonly alarmAt: number;
    readonly safeAt: number;
    readonly points: readonly ShownPoint[];
  })[];
}

/** A rollout, as far as the page needs it: `createRollout` makes one. */
export interface ShownRollout {
  status(): ShownRolloutStatus | Promise<ShownRolloutStatus>;
}

/** A drift monitor, as far as the page needs it: `createDriftMonitor` makes one. */
export interface ShownDrift {
  status(): FrameDrift;
}

export interface DashboardOptions<Id extends string = string> {
  /**
   * Id of the model that requests would have gone to without a router: what is saved is estimated against it. Default: of
   * the models that a request is permitted, the one with the highest estimated cost.
   */
  readonly reference?: Id | undefined;
  /** Hold-out that measures what is saved. Default: none, and the saving is an estimate. */
  readonly holdOut?: ShownHoldOut | undefined;
  /** Promises, at most 20. Default none. */
  readonly promises?: readonly ShownPromise[] | undefined;
  /** Rollouts, at most 20. Default none. */
  readonly rollouts?: readonly ShownRollout[] | undefined;
  /** Drift monitor. Default none. */
  readonly drift?: ShownDrift | undefined;
  /** Recording of the router that this one replaces: it goes on here. Default: a new one begins. */
  readonly after?: Frames | undefined;
  /** Longest wait for budgets that a shared store has, in milliseconds. Default 1,000. */
  readonly readTimeoutMs?: number | undefined;
}

const mostSources = 20;

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

/** Throws `InvalidOptionError`, which names the option as one of `owner`. */
export function checkLoopSources(
  owner: string,
  { promises, rollouts, drift }: Pick<DashboardOptions, "promises" | "rollouts" | "drift">,
): void {
  checkSource(`${owner}.drift`, drift, "status");
  for (const [name, list, method] of [
    ["promises", promises, "report"],
    ["rollouts", rollouts, "status"],
  ] as const) {
    if (list === undefined) continue;
    if (!Array.isArray(list) || list.length > mostSources)
      throw new InvalidOptionError(`${owner}.${name}`, list, `a list of at most ${mostSources}`);
    list.forEach((one, at) => {
      checkSource(`${owner}.${name}[${at}]`, one, method);
    });
  }
}

function checkSource(option: string, given: unknown, method: string): void {
  if (given === undefined) return;
  if (typeof (given as Readonly<Record<string, unknown>> | null)?.[method] !== "function")
    throw new InvalidOptionError(option, typeof given, `something with ${method}()`);
}
