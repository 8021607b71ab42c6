import type { Outcome, OutcomeRecord } from "../../../evals/index.ts";
import { seededRandom } from "../../../evals/metrics/index.ts";
import { wordOf } from "./word-of.ts";

export interface TuneRecordsOptions {
  readonly seed?: number | undefined;
  /**
   * Probability that the small model is right, by complexity; the large one's is 0.95. Default: high up to
   * 0.6, low above.
   */
  readonly small?: ((complexity: number) => number) | undefined;
  /** Draws a complexity. Default: uniform in [0, 1). */
  readonly complexity?: ((random: () => number) => number) | undefined;
  readonly costs?: boolean | undefined;
  readonly of?: ((index: number) => Partial<OutcomeRecord>) | undefined;
}

/**
 * Creates records for the classifier `stated`, which reads the complexity from the prompt. A small call
 * costs a tenth of a large one.
 */
export function tuneRecords(count: number, options: TuneRecordsOptions = {}): OutcomeRecord[] {
  const { seed = 1, small = (one) => (one < 0.6 ? 0.95 : 0.5), costs = true, of = () => ({}) } = options;
  const { complexity = (next) => next() } = options;
  const random = seededRandom(seed);
  const outcome = (right: number, costUsd: number): Outcome => ({
    quality: random() < right ? 1 : 0,
    ...(costs ? { costUsd } : {}),
  });
  return Array.from({ length: count }, (_, index) => {
    const hard = complexity(random);
    const outcomes = { small: outcome(small(hard), 0.001), large: outcome(0.95, 0.01) };
    return {
      id: `r${index}`,
      prompt: `${hard} in record ${wordOf(100_000 * seed + index)}`,
      outcomes,
      ...of(index),
    };
  });
}
