import type { Score } from "../scorer.ts";

/**
 * A score without its name. What the answer got wrong is 0; what cannot be scored (no expected answer, one
 * that cannot be read) is `null`, so that no model pays for a gap in the data.
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
