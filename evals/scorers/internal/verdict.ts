import type { Score } from "../scorer.ts";

/**
 * Score without its name. A wrong answer is 0; an answer that cannot be scored (no expected answer, or one
 * that cannot be read) is `null`, so that a gap in the data does not count against a model.
 */
export interface Verdict {
  readonly score: number | null;
  readonly reason?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

export function toScore(name: string, { score, reason, metadata }: Verdict): Score {
  if (reason === undefined && metadata === undefined) return { name, score };
  return { name, score, metadata: { ...metadata, ...(reason === undefined ? {} : { reason }) } };
}
