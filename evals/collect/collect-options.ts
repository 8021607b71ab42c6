import { InvalidOptionError, type Model, type Router } from "../../src/contracts/index.ts";
import { createClock } from "../../src/plugin/clock.ts";
import { checkKeys, checkMethods, checkNumber, checkText } from "../../src/plugin/index.ts";
import { checkOther } from "../data/outcomes/check-other.ts";
import type { AnyScorer } from "../scorers/scorer.ts";
import type { CollectEstimate } from "./collect-estimate.ts";
import type { CollectProgress } from "./progress.ts";

export interface CollectOptions {
  /** Path of a dataset: lines `{ id, prompt | messages, expected?, … }`, `.gz` accepted. */
  readonly dataset: string;
  /** Router whose models are run. Its constraints apply: a record is not sent to a model that they forbid. */
  readonly router: Router;
  /** Ids of the router's models. Default: all. */
  readonly models?: readonly string[] | undefined;
  readonly scorer: AnyScorer;
  /**
   * Version in addition to the scorer's name: another version does not continue a collection. Default
   * `scorer.version`.
   */
  readonly scorerVersion?: string | undefined;
  /**
   * Id of the model whose answers the scorer gets as `baseline`, for a scorer that compares two. Default:
   * none.
   */
  readonly baseline?: string | undefined;
  /**
   * Path of the outcomes; compressed if it ends in `.gz`. The journal is next to it: `<out>.partial.jsonl`.
   */
  readonly out: string;
  /** Number of records, drawn by `seed`. Default: all. */
  readonly sample?: number | undefined;
  /** Seed of the sample. Default 1. */
  readonly seed?: number | undefined;
  /** Calls per record and model, in [1, 1000]; quality is their mean. Default 1. */
  readonly repeats?: number | undefined;
  /** Calls under way per model, in [1, 1000]. Default 4. */
  readonly concurrency?: number | undefined;
  /** Limit per model. Default: no limit. */
  readonly requestsPerMinute?: number | undefined;
  /** Limit per model, input and output together. Default: no limit. */
  readonly tokensPerMinute?: number | undefined;
  /** Longest call, in milliseconds. Default 600,000. */
  readonly timeoutMs?: number | undefined;
  /** Number of further tries after a retryable failure, in [0, 100]. Default 4. */
  readonly retries?: number | undefined;
  /**
   * True to count a call that had no answer in time at least twice, also at its last try, as a failure of the
   * model: quality 0. Default false: it has no outcome, and `missing` of the record says why. A provider that
   * is down for an hour would count, too.
   */
  readonly countTimeouts?: boolean | undefined;
  /**
   * Limit on the cost of the whole collection, including earlier runs and judges: a call that could exceed it
   * is not begun, where output is taken to be as long as its limit. Needs a price and an output limit of
   * every model. A scorer without `mostCostUsd` counts after it has reported its cost.
   */
  readonly maxCostUsd?: number | undefined;
  /** Limit on output tokens in the requests. Default: that of models and providers. */
  readonly maxOutputTokens?: number | undefined;
  /** True to keep the answers in the outcomes, where replayed checks read them. Default true. */
  readonly keepAnswers?: boolean | undefined;
  /** True to use the providers' batch interfaces. Default false. */
  readonly batch?: boolean | undefined;
  /** Longest time between two polls of a batch, in milliseconds. Default 60,000. */
  readonly batchPollMs?: number | undefined;
  /** True to continue with another scorer: the answers that are present are scored again. Default false. */
  readonly rescore?: boolean | undefined;
  /** True to discard the journal and replace the file. Default false. */
  readonly restart?: boolean | undefined;
  /** Signal after which no call is begun; those under way are awaited and kept. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the expected cost, before the first call. */
  readonly onEstimate?: ((estimate: CollectEstimate) => void) | undefined;
  /** Called after each call. */
  readonly onProgress?: ((progress: CollectProgress) => void) | undefined;
  /**
   * Returns milliseconds since the epoch. Durations are measured by its steps forward. Default: the system's
   * time of day, and its monotonic clock for durations.
   */
  readonly clock?: (() => number) | undefined;
  /** Random numbers for the jitter of retries, in [0, 1). Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

type WithDefault =
  | "seed"
  | "repeats"
  | "concurrency"
  | "timeoutMs"
  | "retries"
  | "countTimeouts"
  | "keepAnswers"
  | "batch"
  | "batchPollMs"
  | "rescore"
  | "restart"
  | "clock"
  | "random";

export type ResolvedCollectOptions = Omit<CollectOptions, WithDefault | "models"> & {
  readonly [Key in WithDefault]-?: NonNullable<CollectOptions[Key]>;
} & {
  /** Models by id. */
  readonly models: ReadonlyMap<string, Model>;
  /** Clock of latencies, paces and pauses, which no correction of the time of day moves. */
  readonly monotonic: () => number;
};

const defaults: { readonly [Key in WithDefault]: NonNullable<CollectOptions[Key]> } = {
  seed: 1,
  repeats: 1,
  concurrency: 4,
  timeoutMs: 600_000,
  retries: 4,
  countTimeouts: false,
  keepAnswers: true,
  batch: false,
  batchPollMs: 60_000,
  rescore: false,
  restart: false,
  clock: Date.now,
  random: Math.random,
};

const others = [
  "dataset",
  "router",
  "models",
  "scorer",
  "scorerVersion",
  "baseline",
  "out",
  "sample",
  "requestsPerMinute",
  "tokensPerMinute",
  "maxCostUsd",
  "maxOutputTokens",
  "signal",
  "onEstimate",
  "onProgress",
] as const satisfies readonly (keyof CollectOptions)[];

/** Fills in defaults. Throws `InvalidOptionError`. */
export function resolveCollectOptions(options: CollectOptions): ResolvedCollectOptions {
  checkKeys("collect", options, [...Object.keys(defaults), ...others]);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all = { ...defaults, ...given } as typeof defaults & CollectOptions;
  checkText("dataset", all.dataset);
  checkText("out", all.out);
  checkOther(all.out, [all.dataset]);
  checkMethods("router", all.router, ["decide"]);
  if (typeof all.scorer !== "function") checkMethods("scorer", all.scorer, ["score"]);
  checkNumber("seed", all.seed, { min: 0, max: 0xffff_ffff, integer: true });
  checkNumber("repeats", all.repeats, { min: 1, max: 1000, integer: true });
  checkNumber("concurrency", all.concurrency, { min: 1, max: 1000, integer: true });
  checkNumber("timeoutMs", all.timeoutMs, { min: 1, max: 2 ** 31 - 1 });
  checkNumber("retries", all.retries, { min: 0, max: 100, integer: true });
  checkNumber("batchPollMs", all.batchPollMs, { min: 1, max: 2 ** 31 - 1 });
  for (const option of ["sample", "maxOutputTokens"] as const) {
    if (all[option] !== undefined) checkNumber(option, all[option], { min: 1, integer: true });
  }
  for (const option of ["requestsPerMinute", "tokensPerMinute"] as const) {
    if (all[option] !== undefined) checkNumber(option, all[option], { min: 0.001 });
  }
  if (all.maxCostUsd !== undefined) checkNumber("maxCostUsd", all.maxCostUsd, { min: 0 });
  const models = modelsOf(all);
  if (all.baseline !== undefined && !models.has(all.baseline))
    throw new InvalidOptionError(
      "baseline",
      all.baseline,
      `one of the models: ${[...models.keys()].join(", ")}`,
    );
  return { ...all, models, monotonic: createClock(options.clock).monotonic };
}

function modelsOf({ router, models: ids = Object.keys(router.models) }: CollectOptions): Map<string, Model> {
  if (ids.length === 0) throw new InvalidOptionError("models", ids, "at least one id of the router's models");
  const models = new Map<string, Model>();
  for (const id of ids) {
    const model = Object.hasOwn(router.models, id) ? router.models[id] : undefined;
    if (model === undefined)
      throw new InvalidOptionError("models", id, `one of ${Object.keys(router.models).join(", ")}`);
    models.set(id, model);
  }
  return models;
}
