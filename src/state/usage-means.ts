import {
  InvalidOptionError,
  type RequestFacts,
  type Usage,
  type UsageMean,
  type UsageMeansState,
} from "../contracts/index.ts";
import { checkNumber, checkText } from "../plugin/index.ts";
import { createLatest } from "./latest.ts";

export type { UsageMean, UsageMeansState };

export interface UsageObservation {
  /** What the hot path had estimated. Absent where the input was more than text: images, say. */
  readonly estimatedInputTokens?: number | undefined;
  readonly usage: Usage;
}

/** Running means of returned usage by model name. Reading allocates nothing. */
export interface UsageMeans {
  observe(name: string, observation: UsageObservation): void;
  /** The model's running mean, else the request's own expectation; never above the asked limit. */
  expectedOutputTokens(
    name: string,
    request: Pick<RequestFacts, "expectedOutputTokens" | "maxOutputTokens">,
  ): number;
  /** The estimate times the model's ratio of returned to estimated tokens, rounded up. */
  calibratedInputTokens(name: string, estimatedInputTokens: number): number;
  exportState(): UsageMeansState;
  /** Replaces what was observed. Throws `InvalidOptionError` when the state is not one of ours. */
  restoreState(state: UsageMeansState): void;
}

export interface UsageMeansOptions {
  /** Models that are remembered; the least recently observed is forgotten. Default 1,000. */
  readonly maxNames?: number | undefined;
}

interface Mean extends UsageMean {
  outputs: number;
  meanOutputTokens: number;
  inputs: number;
  meanLogRatio: number;
  /** exp of the shrunken log ratio, kept so that reading need not compute it. */
  ratio: number;
}

/** Calls after which a mean forgets as fast as it learns. */
const memory = 100;
/** One call counts for at most this many times the mean, or the default expectation where that is more. */
const maxOutputFactor = 8;
const defaultOutputTokens = 300;
/** One call's ratio is held within a factor of 4 either way. */
const maxLogRatio = Math.log(4);
/** Calls of ratio 1 that every model starts with, so that one odd call moves it by a third at most. */
const priorInputs = 4;
/** Below this estimate the wrapping of a message, not its text, makes the ratio. */
const minEstimate = 32;

export function createUsageMeans({ maxNames = 1_000 }: UsageMeansOptions = {}): UsageMeans {
  checkNumber("createUsageMeans.maxNames", maxNames, { min: 1, integer: true });
  let means = createLatest<Mean>(maxNames);

  return {
    observe(name, { estimatedInputTokens, usage }) {
      const mean = means.get(name) ?? withRatio({ ...fresh, name });
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
      const restored = createLatest<Mean>(maxNames);
      for (const mean of checkUsageMeansState(state)) restored.set(mean.name, withRatio(mean));
      means = restored;
    },
  };
}

const fresh = { outputs: 0, meanOutputTokens: 0, inputs: 0, meanLogRatio: 0 };

function observeOutput(mean: Mean, tokens: number): void {
  if (!isCount(tokens)) return;
  const limit = maxOutputFactor * Math.max(mean.meanOutputTokens, defaultOutputTokens);
  mean.outputs = Math.min(mean.outputs + 1, memory);
  mean.meanOutputTokens += (Math.min(tokens, limit) - mean.meanOutputTokens) / mean.outputs;
}

function observeInput(mean: Mean, tokens: number, estimated: number): void {
  if (
    !isCount(tokens) ||
    tokens === 0 ||
    !(estimated >= minEstimate) ||
    estimated === Number.POSITIVE_INFINITY
  )
    return;
  const logRatio = clamp(Math.log(tokens / estimated));
  mean.inputs = Math.min(mean.inputs + 1, memory);
  // Clamped again: rounding may leave the range that restoring checks.
  mean.meanLogRatio = clamp(mean.meanLogRatio + (logRatio - mean.meanLogRatio) / mean.inputs);
  mean.ratio = ratioOf(mean);
}

function clamp(logRatio: number): number {
  return Math.max(-maxLogRatio, Math.min(maxLogRatio, logRatio));
}

function ratioOf({ inputs, meanLogRatio }: Pick<UsageMean, "inputs" | "meanLogRatio">): number {
  return Math.exp((meanLogRatio * inputs) / (inputs + priorInputs));
}

function withRatio(mean: UsageMean): Mean {
  return { ...mean, ratio: ratioOf(mean) };
}

function isCount(tokens: number): boolean {
  return tokens >= 0 && tokens < Number.POSITIVE_INFINITY;
}

/** Throws `InvalidOptionError` where the value is none that was exported. */
export function checkUsageMeansState(state: UsageMeansState): readonly UsageMean[] {
  const { formatVersion, models } = (state ?? {}) as Partial<UsageMeansState>;
  if (formatVersion !== 1 || !Array.isArray(models)) {
    throw new InvalidOptionError("usageMeans.state", state, "a state that exportState() returned");
  }
  return models.map((mean: Partial<UsageMean> | null, at) => {
    const path = `usageMeans.state.models[${at}]`;
    const within = { min: 0, max: memory, integer: true };
    return {
      name: checkText(`${path}.name`, mean?.name),
      outputs: checkNumber(`${path}.outputs`, mean?.outputs, within),
      meanOutputTokens: checkNumber(`${path}.meanOutputTokens`, mean?.meanOutputTokens, { min: 0 }),
      inputs: checkNumber(`${path}.inputs`, mean?.inputs, within),
      meanLogRatio: checkNumber(`${path}.meanLogRatio`, mean?.meanLogRatio, {
        min: -maxLogRatio,
        max: maxLogRatio,
      }),
    };
  });
}
