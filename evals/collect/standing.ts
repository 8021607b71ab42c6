import type { Failure } from "./failure-of.ts";

/** How a model does in this run. */
export interface Standing {
  /** Calls that failed for good and say nothing about the model, since the last answer. */
  readonly failedInARow: number;
  readonly answered: number;
  /** Requests that it has refused as invalid. */
  readonly refused: number;
}

/** After as many failures in a row a model is given up until the next run. */
const longestOutage = 10;
/** A model that refuses its first requests as invalid is not bad: it is called wrongly. */
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
