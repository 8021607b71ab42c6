import type { RequestFacts, Usage, UsageMeansState } from "../contracts/index.ts";
import { checkNumber } from "../plugin/index.ts";
import { checkUsageMeansState } from "./check-usage-means-state.ts";
import { createLatest } from "./latest.ts";
import {
  createUsageMean,
  observeInput,
  observeOutput,
  type RunningUsageMean,
  resumeUsageMean,
} from "./usage-mean.ts";

export type { UsageMeansState };

export interface UsageObservation {
  /** Estimate of the hot path. Absent if the input was more than text, images for example. */
  readonly estimatedInputTokens?: number | undefined;
  readonly usage: Usage;
}

/** Keeps running means of returned usage by model name. Reading allocates nothing. */
export interface UsageMeans {
  observe(name: string, observation: UsageObservation): void;
  /** Returns the model's mean, or the request's own expectation without one; at most the requested limit. */
  expectedOutputTokens(
    name: string,
    request: Pick<RequestFacts, "expectedOutputTokens" | "maxOutputTokens">,
  ): number;
  /** Returns the estimate times the model's ratio of returned to estimated tokens, rounded up. */
  calibratedInputTokens(name: string, estimatedInputTokens: number): number;
  exportState(): UsageMeansState;
  /** Replaces what was observed. Throws `InvalidOptionError` if the state was not exported by usage means. */
  restoreState(state: UsageMeansState): void;
}

export interface UsageMeansOptions {
  /** Number of models that are remembered; the least recently observed one is forgotten. Default 1,000. */
  readonly maxNames?: number | undefined;
}

export function createUsageMeans({ maxNames = 1_000 }: UsageMeansOptions = {}): UsageMeans {
  checkNumber("createUsageMeans.maxNames", maxNames, { min: 1, integer: true });
  let means = createLatest<RunningUsageMean>(maxNames);

  return {
    observe(name, { estimatedInputTokens, usage }) {
      const mean = means.get(name) ?? createUsageMean(name);
      observeOutput(mean, usage.outputTokens);
      if (estimatedInputTokens !== undefined) observeInput(mean, usage.inputTokens, estimatedInputTokens);
      means.set(name, mean);
    },

    expectedOutputTokens(name, { expectedOutputTokens, maxOutputTokens }) {
      const mean = means.get(name);
      const expected =
        mean === undefined || mean.outputs === 0 ? expectedOutputTokens : mean.meanOutputTokens;
      return maxOutputTokens === undefined || expected <= maxOutputTokens ? expected : maxOutputTokens;
    },

    calibratedInputTokens(name, estimatedInputTokens) {
      return Math.ceil(estimatedInputTokens * (means.get(name)?.ratio ?? 1));
    },

    exportState() {
      return { formatVersion: 1, models: [...means.values()].map(({ ratio: _, ...mean }) => mean) };
    },

    restoreState(state) {
      const restored = createLatest<RunningUsageMean>(maxNames);
      for (const mean of checkUsageMeansState(state)) restored.set(mean.name, resumeUsageMean(mean));
      means = restored;
    },
  };
}
