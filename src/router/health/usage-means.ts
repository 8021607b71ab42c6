import type { RequestFacts, Usage, UsageMean, UsageMeansState } from "../../contracts/index.ts";
import { type OptionTable, readOptions, readState, type StateTable } from "../../plugin/index.ts";
import { createLatest } from "../../plugin/latest.ts";
import {
  type Asker,
  createModelMeans,
  exportModel,
  isFresh,
  type ModelMeans,
  observeModel,
  ratioFor,
  resumeModel,
  usualOutput,
} from "./model-means.ts";
import { memory } from "./output-mean.ts";
import { templateTokensField } from "./template-tokens.ts";
import { maxLogRatio } from "./token-ratio.ts";

export type { UsageMeansState };

export interface UsageObservation extends Asker {
  /** Estimate of the hot path. Absent if the input was more than text, images for example. */
  readonly estimatedInputTokens?: number | undefined;
  readonly usage: Usage;
  /** True if the answer was cut: it raises a mean and does not lower it. */
  readonly isCut?: boolean | undefined;
}

type Asked = Asker & Pick<RequestFacts, "expectedOutputTokens" | "maxOutputTokens">;

/**
 * Keeps running means of returned usage by model name, tenant and category, so that no tenant makes a model
 * look expensive to another one. Reading allocates nothing. `now` is the time on the monotonic clock.
 */
export interface UsageMeans {
  observe(name: string, observation: UsageObservation, now: number): void;
  /**
   * Returns the mean that is held against a model when a request is decided. Means that no call has renewed
   * for half an hour, and those of others, may lower the request's own expectation and not raise it. At most
   * the requested limit.
   */
  expectedOutputTokens(name: string, request: Asked, now: number): number;
  /** Returns the running mean of such requests, at most the requested limit. Output limits rest on it. */
  usualOutputTokens(name: string, request: Asked, now: number): number;
  /**
   * Returns the estimate times the ratio of returned to estimated tokens, rounded up, with what the model's chat template is
   * known to add.
   */
  calibratedInputTokens(
    name: string,
    request: Pick<RequestFacts, "inputTokens" | "tenant">,
    now: number,
  ): number;
  /** `wallNow` is the time of day now: times of day are the only ones that other processes share. */
  exportState(wallNow: number): UsageMeansState;
  /** Replaces what was observed. Throws `InvalidOptionError` if the state was not exported by usage means. */
  restoreState(state: UsageMeansState, now: number, wallNow: number): void;
}

export interface UsageMeansOptions {
  /** Number of models that are remembered; the least recently observed one is forgotten. Default 1,000. */
  readonly maxNames?: number | undefined;
  /** Number of tenants that are remembered of each model, chosen likewise. Default 2,000. */
  readonly maxTenants?: number | undefined;
}

export const usageMeansOptions: OptionTable<UsageMeansOptions> = {
  maxNames: { is: "number", min: 1, integer: true, default: 1_000 },
  maxTenants: { is: "number", min: 1, integer: true, default: 2_000 },
};

const calls = { is: "number", min: 0, max: memory } as const;
const logRatio = { is: "number", min: -maxLogRatio, max: maxLogRatio } as const;

const usageMeansState: StateTable<UsageMeansState> = {
  formatVersion: { is: "choice", of: [1] },
  models: {
    is: "list",
    of: {
      is: "table",
      of: {
        name: { is: "text" },
        outputs: { ...calls, integer: true },
        meanOutputTokens: { is: "number", min: 0 },
        inputs: { ...calls, integer: true },
        meanLogRatio: logRatio,
        templateTokens: templateTokensField,
        tenants: {
          is: "list",
          of: {
            is: "table",
            of: {
              tenant: { is: "text", optional: true },
              category: { is: "text", optional: true },
              outputs: calls,
              meanOutputTokens: { is: "number", min: 0 },
              inputs: { ...calls, optional: true },
              meanLogRatio: { ...logRatio, optional: true },
              at: { is: "number", min: 0 },
            },
          },
          default: [],
        },
      },
    },
  },
};

/** Throws `InvalidOptionError` if the value was not exported by usage means. */
export function checkUsageMeansState(state: UsageMeansState): readonly UsageMean[] {
  return readState("usageMeans.state", usageMeansState, state).models;
}

export function createUsageMeans(options: UsageMeansOptions = {}): UsageMeans {
  const { maxNames, maxTenants } = readOptions("createUsageMeans", usageMeansOptions, options);
  let models = createLatest<ModelMeans>(maxNames);
  let last = Number.NEGATIVE_INFINITY;
  let elapsed = 0;

  /** Returns the time that has passed: the sum of all steps forward of the clock. */
  const timeAt = (now: number): number => {
    if (now > last && last !== Number.NEGATIVE_INFINITY) elapsed += now - last;
    if (Number.isFinite(now)) last = now;
    return elapsed;
  };

  return {
    observe(name, { tenant, category, estimatedInputTokens, usage, isCut = false }, now) {
      const model = models.get(name) ?? createModelMeans(name, maxTenants);
      observeModel(model, tenant, { category, estimatedInputTokens, usage, isCut, time: timeAt(now) });
      models.set(name, model);
    },

    expectedOutputTokens(name, request, now) {
      const { expectedOutputTokens: expected, maxOutputTokens } = request;
      const model = models.get(name);
      if (model === undefined) return atMost(expected, maxOutputTokens);
      const time = timeAt(now);
      const mean = usualOutput(model, request, expected, time);
      const isHeld = mean <= expected || isFresh(model, request, time);
      return atMost(isHeld ? mean : expected, maxOutputTokens);
    },

    usualOutputTokens(name, request, now) {
      const { expectedOutputTokens: expected, maxOutputTokens } = request;
      const model = models.get(name);
      const mean = model === undefined ? expected : usualOutput(model, request, expected, timeAt(now));
      return atMost(mean, maxOutputTokens);
    },

    calibratedInputTokens(name, { inputTokens, tenant }, now) {
      const model = models.get(name);
      if (model === undefined) return Math.ceil(inputTokens);
      return Math.ceil(inputTokens * ratioFor(model, tenant, timeAt(now)) + (model.templateTokens ?? 0));
    },

    exportState(wallNow) {
      const wallOf = (time: number) => Math.max(0, wallNow - (elapsed - time));
      return { formatVersion: 1, models: [...models.values()].map((model) => exportModel(model, wallOf)) };
    },

    restoreState(state, now, wallNow) {
      const restored = createLatest<ModelMeans>(maxNames);
      const time = timeAt(now);
      // A time in the future is one of a clock that was ahead.
      const timeOf = (at: number) => time - Math.max(0, wallNow - at);
      for (const mean of checkUsageMeansState(state))
        restored.set(mean.name, resumeModel(mean, maxTenants, timeOf));
      models = restored;
    },
  };
}

function atMost(tokens: number, limit: number | undefined): number {
  return limit === undefined || tokens <= limit ? tokens : limit;
}
