import { InvalidOptionError, type Model, type Router } from "../../src/contracts/index.ts";
import { createClock } from "../../src/plugin/clock.ts";
import { type FilledOptions, type OptionTable, readOption, readOptions } from "../../src/plugin/index.ts";
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

type Open =
  | "models"
  | "scorerVersion"
  | "baseline"
  | "sample"
  | "requestsPerMinute"
  | "tokensPerMinute"
  | "maxCostUsd"
  | "maxOutputTokens"
  | "signal"
  | "onEstimate"
  | "onProgress"
  | "clock";

export const collectOptions: OptionTable<CollectOptions, Open> = {
  dataset: { is: "text" },
  router: { is: "object", methods: ["decide"] },
  models: {
    is: "list",
    of: { is: "text" },
    min: 1,
    optional: true,
    expected: "at least one id of the router's models",
  },
  scorer: { is: "checked", check: checkScorer, expected: "a function, or an object with score()" },
  scorerVersion: { is: "text", optional: true },
  baseline: { is: "text", optional: true },
  out: { is: "text" },
  sample: { is: "number", min: 1, integer: true, optional: true },
  seed: { is: "number", min: 0, max: 0xffff_ffff, integer: true, default: 1 },
  repeats: { is: "number", min: 1, max: 1_000, integer: true, default: 1 },
  concurrency: { is: "number", min: 1, max: 1_000, integer: true, default: 4 },
  requestsPerMinute: { is: "number", min: 0.001, optional: true },
  tokensPerMinute: { is: "number", min: 0.001, optional: true },
  timeoutMs: { is: "duration", default: 600_000 },
  retries: { is: "number", min: 0, max: 100, integer: true, default: 4 },
  countTimeouts: { is: "boolean", default: false },
  maxCostUsd: { is: "number", min: 0, optional: true },
  maxOutputTokens: { is: "number", min: 1, integer: true, optional: true },
  keepAnswers: { is: "boolean", default: true },
  batch: { is: "boolean", default: false },
  batchPollMs: { is: "duration", default: 60_000 },
  rescore: { is: "boolean", default: false },
  restart: { is: "boolean", default: false },
  signal: { is: "any", optional: true },
  onEstimate: { is: "function", optional: true },
  onProgress: { is: "function", optional: true },
  clock: { is: "function", optional: true },
  random: { is: "function", default: () => Math.random() },
};

export type ResolvedCollectOptions = Omit<FilledOptions<CollectOptions, Open>, "models" | "clock"> & {
  /** Models by id. */
  readonly models: ReadonlyMap<string, Model>;
  readonly clock: () => number;
  /** Clock of latencies, paces and pauses, which no correction of the time of day moves. */
  readonly monotonic: () => number;
};

/** Fills in defaults. Throws `InvalidOptionError`. */
export function resolveCollectOptions(options: CollectOptions): ResolvedCollectOptions {
  const { clock, ...all } = readOptions("collect", collectOptions, options, "");
  checkOther(all.out, [all.dataset]);
  const models = modelsOf(all);
  if (all.baseline !== undefined && !models.has(all.baseline))
    throw new InvalidOptionError(
      "baseline",
      all.baseline,
      `one of the models: ${[...models.keys()].join(", ")}`,
    );
  return { ...all, models, clock: clock ?? Date.now, monotonic: createClock(clock).monotonic };
}

function checkScorer(path: string, scorer: AnyScorer): AnyScorer {
  if (typeof scorer !== "function") readOption({ is: "object", methods: ["score"] }, path, scorer);
  return scorer;
}

function modelsOf({
  router,
  models: ids = Object.keys(router.models),
}: Pick<CollectOptions, "router" | "models">): Map<string, Model> {
  const models = new Map<string, Model>();
  for (const id of ids) {
    const model = Object.hasOwn(router.models, id) ? router.models[id] : undefined;
    if (model === undefined)
      throw new InvalidOptionError("models", id, `one of ${Object.keys(router.models).join(", ")}`);
    models.set(id, model);
  }
  return models;
}
