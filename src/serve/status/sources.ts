import { InvalidOptionError, type Router } from "../../contracts/index.ts";
import { type LoopSources, loopSourceOptions } from "../../loop/states/inner.ts";
import { type FilledOptions, type OptionTable, readOptions } from "../../plugin/index.ts";
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

type Open = Exclude<keyof DashboardOptions, "readTimeoutMs">;

export const dashboardOptions: OptionTable<DashboardOptions, Open> = {
  reference: { is: "text", optional: true, expected: "the id of a model" },
  holdOut: { is: "object", methods: ["saving"], optional: true },
  ...loopSourceOptions,
  after: { is: "any", optional: true, expected: "what dashboard() returned" },
  readTimeoutMs: { is: "number", min: 1, max: 60_000, default: 1_000 },
};

export type ReadDashboardOptions = FilledOptions<DashboardOptions, Open>;

/** Throws `InvalidOptionError`. */
export function readDashboardOptions(router: Router, options: DashboardOptions): ReadDashboardOptions {
  const read = readOptions("dashboard", dashboardOptions, options);
  const { reference } = read;
  if (reference !== undefined && !Object.hasOwn(router.models, reference))
    throw new InvalidOptionError("dashboard.reference", reference, "the id of a model");
  return read;
}
