/** Running mean of the logarithm of returned over estimated input tokens. */
export interface TokenRatio {
  /** Number of calls, at most 100. */
  inputs: number;
  meanLogRatio: number;
}

/** Number of calls after which a ratio forgets as fast as it learns. */
const memory = 100;
/** Bound of one call's ratio: a factor of 4 either way. */
export const maxLogRatio: number = Math.log(4);
/** Number of calls of the shared ratio that each tenant starts with: one odd call moves it by a third at most. */
const priorInputs = 6;
/** Smallest estimate that counts. Below it the wrapping of a message, not its text, makes the ratio. */
const minEstimate = 32;

/** Adds a call, and returns true if it counts. */
export function observeInput(of: TokenRatio, tokens: number, estimated: number): boolean {
  const counts = tokens > 0 && tokens < Number.POSITIVE_INFINITY && estimated >= minEstimate;
  if (!counts || estimated === Number.POSITIVE_INFINITY) return false;
  const logRatio = clampLog(Math.log(tokens / estimated));
  of.inputs = Math.min(of.inputs + 1, memory);
  // Clamped again, since rounding may leave the range that restoring checks.
  of.meanLogRatio = clampLog(of.meanLogRatio + (logRatio - of.meanLogRatio) / of.inputs);
  return true;
}

/** Returns the ratio, drawn by the weight of six calls to the log ratio that precedes them. */
export function shrunkenRatio({ inputs, meanLogRatio }: TokenRatio, shared: number): number {
  return Math.exp((meanLogRatio * inputs + shared * priorInputs) / (inputs + priorInputs));
}

export function clampLog(log: number): number {
  return Math.max(-maxLogRatio, Math.min(maxLogRatio, log));
}
