import { InvalidOptionError, type Router } from "../../contracts/index.ts";
import { type FilledOptions, type OptionTable, readOptions } from "../../plugin/index.ts";

/** A live promise, as far as its series need it: `createPromise` makes one. */
export interface WatchedPromise {
  readonly name: string;
  report(): {
    readonly state: string;
    readonly maxLoss: number;
    readonly meanLoss?: number | undefined;
    readonly upperBound?: number | undefined;
  };
}

/** A drift monitor, as far as its series need it: `createDriftMonitor` makes one. */
export interface WatchedDrift {
  status(): {
    readonly findings: readonly {
      readonly of: string;
      readonly verdict: string;
      readonly value: number;
      readonly bound: number;
    }[];
    readonly alarms: readonly { readonly of: string }[];
  };
}

interface WatchedRolloutStatus {
  readonly id: string;
  readonly stage: number;
  readonly share: number;
}

/** A rollout, as far as its series need it: `createRollout` makes one. */
export interface WatchedRollout {
  status(): WatchedRolloutStatus | Promise<WatchedRolloutStatus>;
}

export interface MetricsOptions<Id extends string = string> {
  /** Ids of the models that count as large. Default: where more than one is permitted, the one with the highest estimated cost. */
  readonly large?: readonly Id[] | undefined;
  /**
   * Id of the model that requests would have gone to without a router: what is saved is estimated by its price. Default:
   * none, and no saving is estimated.
   */
  readonly reference?: Id | undefined;
  /** Tenants with series of their own, at most 1,000. All others are `other`. Default none: no series by tenant. */
  readonly tenants?: readonly string[] | undefined;
  /** Promises whose state and bound are read with the series. Default none: their events are followed. */
  readonly promises?: readonly WatchedPromise[] | undefined;
  /** Drift monitors that are read with the series. Default none: their events are followed. */
  readonly drift?: readonly WatchedDrift[] | undefined;
  /** Rollouts that are read with the series. Default none: their events are followed. */
  readonly rollouts?: readonly WatchedRollout[] | undefined;
  /**
   * Largest number of values of a label that come from code besides the router's models: rollouts, comparisons, arms, budgets, judges.
   * Further ones are `other`. In [0, 1,000]. Default 100.
   */
  readonly maxLabelValues?: number | undefined;
  /** Longest wait for budgets that a shared store has, in milliseconds. Default 1,000. */
  readonly readTimeoutMs?: number | undefined;
}

type Open = "large" | "reference";

const sources = { is: "list", max: 100, expected: "a list of at most 100", default: [] } as const;
const names = { is: "list", of: { is: "text" }, max: 1_000, expected: "a list of at most 1000" } as const;

export const metricsOptions: OptionTable<MetricsOptions, Open> = {
  large: { ...names, optional: true },
  reference: { is: "text", optional: true, expected: "the id of a model" },
  tenants: { ...names, default: [] },
  promises: { ...sources, of: { is: "object", methods: ["report"] } },
  drift: { ...sources, of: { is: "object", methods: ["status"] } },
  rollouts: { ...sources, of: { is: "object", methods: ["status"] } },
  maxLabelValues: { is: "number", min: 0, max: 1_000, integer: true, default: 100 },
  readTimeoutMs: { is: "number", min: 1, max: 60_000, default: 1_000 },
};

export type ReadMetricsOptions = FilledOptions<MetricsOptions, Open>;

/** Throws `InvalidOptionError`. `owner` is the function that takes the options. */
export function readMetricsOptions(
  owner: string,
  router: Router,
  options: MetricsOptions,
): ReadMetricsOptions {
  const read = readOptions(owner, metricsOptions, options);
  const { large = [], reference } = read;
  for (const id of [...large, ...(reference === undefined ? [] : [reference])])
    if (!Object.hasOwn(router.models, id))
      throw new InvalidOptionError(
        `${owner}.${id === reference ? "reference" : "large"}`,
        id,
        "the id of a model",
      );
  return read;
}
