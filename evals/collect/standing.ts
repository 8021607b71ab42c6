import type { Failure } from "./failure-of.ts";

/** Results of a model in this run. */
export interface Standing {
  /** Calls that failed for good and say nothing about the model, since the last answer. */
  readonly failedInARow: number;
  readonly answered: number;
  /** Requests that it has refused as invalid. */
  readonly refused: number;
}

/** Number of failures in a row after which a model is given up until the next run. */
const longestOutage = 10;
/**
 * Number of first requests refused as invalid after which the model is taken to be called wrongly, not to be
 * bad.
 */
export const mostRefused = 5;

export function standingAfter({ failedInARow, answered, refused }: Standing, failure?: Failure): Standing {
  if (failure === undefined) return { failedInARow: 0, answered: answered + 1, refused };
  return {
    failedInARow: failedInARow + (failure.verdict === "later" ? 1 : 0),
    answered,
    refused: refused + (failure.error === "invalid-request" ? 1 : 0),
  };
}

export function isGivenUp({ failedInARow }: Standing): boolean {
  return failedInARow >= longestOutage;
}

export function isCalledWrongly({ answered, refused }: Standing): boolean {
  return answered === 0 && refused >= mostRefused;
}
