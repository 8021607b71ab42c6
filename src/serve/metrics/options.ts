import { InvalidOptionError, type Router } from "../../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../../plugin/index.ts";

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

const mostTenants = 1_000;
const mostSources = 100;

/** Throws `InvalidOptionError`. `owner` is the function that takes the options. */
export function checkMetricsOptions(owner: string, router: Router, options: MetricsOptions): void {
  checkKeys(owner, options, [
    "large",
    "reference",
    "tenants",
    "promises",
    "drift",
    "rollouts",
    "maxLabelValues",
    "readTimeoutMs",
  ]);
  const { large, reference, tenants, promises, drift, rollouts, maxLabelValues, readTimeoutMs } = options;
  checkList(`${owner}.large`, large, mostTenants);
  for (const id of [...(large ?? []), ...(reference === undefined ? [] : [reference])])
    if (!Object.hasOwn(router.models, id))
      throw new InvalidOptionError(
        `${owner}.${id === reference ? "reference" : "large"}`,
        id,
        "the id of a model",
      );
  checkList(`${owner}.tenants`, tenants, mostTenants);
  tenants?.forEach((tenant, at) => void checkText(`${owner}.tenants[${at}]`, tenant));
  for (const [name, list] of Object.entries({ promises, drift, rollouts })) {
    checkList(`${owner}.${name}`, list, mostSources);
    const method = name === "promises" ? "report" : "status";
    list?.forEach((one, at) => {
      if (typeof (one as unknown as Record<string, unknown> | null)?.[method] !== "function")
        throw new InvalidOptionError(`${owner}.${name}[${at}]`, one, `something with ${method}()`);
    });
  }
  if (maxLabelValues !== undefined)
    checkNumber(`${owner}.maxLabelValues`, maxLabelValues, { min: 0, max: 1_000, integer: true });
  if (readTimeoutMs !== undefined)
    checkNumber(`${owner}.readTimeoutMs`, readTimeoutMs, { min: 1, max: 60_000 });
}

function checkList(option: string, list: readonly unknown[] | undefined, most: number): void {
  if (list !== undefined && !(Array.isArray(list) && list.length <= most))
    throw new InvalidOptionError(option, list, `a list of at most ${most}`);
}
