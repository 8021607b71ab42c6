/** Running mean of output tokens that ages. Times are elapsed milliseconds of one run of the process. */
export interface OutputMean {
  /** Weight of the mean in calls at the time `at`, in [0, 100]. It halves in `halfLifeMs`. */
  outputs: number;
  meanOutputTokens: number;
  /** Time of the last observation. */
  at: number;
}

/** Number of calls after which a mean forgets as fast as it learns. */
export const memory = 100;
/** Time in which what was learnt loses half of its weight against the expectation that precedes it. */
export const halfLifeMs: number = 2 * 60 * 60_000;
/** Answer that is expected of a model of which nothing is known. */
export const defaultOutputTokens = 300;
/** One call counts for at most this many times the mean or the default expectation, whichever is more. */
const maxOutputFactor = 8;
/** Weight in calls of the expectation that precedes all observations. */
const priorOutputs = 4;

export function observeOutput(mean: OutputMean, tokens: number, time: number): void {
  if (!(tokens >= 0 && tokens < Number.POSITIVE_INFINITY)) return;
  const limit = maxOutputFactor * Math.max(mean.meanOutputTokens, defaultOutputTokens);
  mean.outputs = Math.min(weightAt(mean, time) + 1, memory);
  mean.meanOutputTokens += (Math.min(tokens, limit) - mean.meanOutputTokens) / mean.outputs;
  mean.at = time;
}

/** Returns the weight of the mean after the time that has passed. */
export function weightAt({ outputs, at }: OutputMean, time: number): number {
  return time > at ? outputs * 2 ** ((at - time) / halfLifeMs) : outputs;
}

/** Returns the mean, drawn towards an expectation by its weight of four calls. */
export function shrunkTo(prior: number, mean: OutputMean, time: number): number {
  const weight = weightAt(mean, time);
  return (weight * mean.meanOutputTokens + priorOutputs * prior) / (weight + priorOutputs);
}
