import type { UsageMean } from "../contracts/index.ts";

/** Running means of one model's usage. Observing and reading allocate nothing. */
export interface RunningUsageMean extends UsageMean {
  outputs: number;
  meanOutputTokens: number;
  inputs: number;
  meanLogRatio: number;
  /** Exponential of the shrunken log ratio, kept so that reading need not compute it. */
  ratio: number;
}

/** Number of calls after which a mean forgets as fast as it learns. */
export const memory = 100;
/** Bound of one call's ratio: a factor of 4 either way. */
export const maxLogRatio: number = Math.log(4);
/** One call counts for at most this many times the mean or the default expectation, whichever is more. */
const maxOutputFactor = 8;
const defaultOutputTokens = 300;
/** Number of calls of ratio 1 that every model starts with: one odd call moves it by a third at most. */
const priorInputs = 4;
/** Smallest estimate that counts. Below it the wrapping of a message, not its text, makes the ratio. */
const minEstimate = 32;

export function createUsageMean(name: string): RunningUsageMean {
  return resumeUsageMean({ outputs: 0, meanOutputTokens: 0, inputs: 0, meanLogRatio: 0, name });
}

/** Goes on from an exported mean. */
export function resumeUsageMean(mean: UsageMean): RunningUsageMean {
  return { ...mean, ratio: ratioOf(mean) };
}

export function observeOutput(mean: RunningUsageMean, tokens: number): void {
  if (!isCount(tokens)) return;
  const limit = maxOutputFactor * Math.max(mean.meanOutputTokens, defaultOutputTokens);
  mean.outputs = Math.min(mean.outputs + 1, memory);
  mean.meanOutputTokens += (Math.min(tokens, limit) - mean.meanOutputTokens) / mean.outputs;
}

export function observeInput(mean: RunningUsageMean, tokens: number, estimated: number): void {
  if (
    !isCount(tokens) ||
    tokens === 0 ||
    !(estimated >= minEstimate) ||
    estimated === Number.POSITIVE_INFINITY
  )
    return;
  const logRatio = clamp(Math.log(tokens / estimated));
  mean.inputs = Math.min(mean.inputs + 1, memory);
  // Clamped again, since rounding may leave the range that restoring checks.
  mean.meanLogRatio = clamp(mean.meanLogRatio + (logRatio - mean.meanLogRatio) / mean.inputs);
  mean.ratio = ratioOf(mean);
}

function clamp(logRatio: number): number {
  return Math.max(-maxLogRatio, Math.min(maxLogRatio, logRatio));
}

function ratioOf({ inputs, meanLogRatio }: Pick<UsageMean, "inputs" | "meanLogRatio">): number {
  return Math.exp((meanLogRatio * inputs) / (inputs + priorInputs));
}

function isCount(tokens: number): boolean {
  return tokens >= 0 && tokens < Number.POSITIVE_INFINITY;
}
