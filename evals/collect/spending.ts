import type { JournalEntry } from "./journal-entry.ts";

/** Cost of calls and scores that have ended, in US dollars. */
export interface Spending {
  /** Known cost, judges included. */
  readonly paidUsd: number;
  /** Part of it that the scorer has cost. */
  readonly scoringUsd: number;
  /** Answers and scores of unknown cost. */
  readonly unpriced: number;
  /** The most that can have been spent. */
  readonly mostUsd: number;
  /** Calls whose cost has no known upper bound. */
  readonly unbounded: number;
}

export const nothingSpent: Spending = { paidUsd: 0, scoringUsd: 0, unpriced: 0, mostUsd: 0, unbounded: 0 };

/** Call or score that has begun. `atMostUsd` is absent if its price is not known. */
export interface UnderWay {
  readonly atMostUsd?: number | undefined;
}

/** Adds a call that a kill has cut off: it may have been paid for. */
export function withCutOff(spending: Spending, { atMostUsd }: UnderWay): Spending {
  return plus(spending, { mostUsd: atMostUsd });
}

/** Adds the cost of a call or score that has ended. `begun` is its record from the beginning. */
export function withEnd(
  spending: Spending,
  entry: Extract<JournalEntry, { readonly type: "answered" | "failed" | "scored" }>,
  begun: UnderWay | undefined,
): Spending {
  const { costUsd } = entry;
  switch (entry.type) {
    case "answered": {
      const paidUsd = entry.paidUsd ?? costUsd;
      const unpriced = paidUsd === undefined ? 1 : 0;
      return plus(spending, { paidUsd, unpriced, mostUsd: paidUsd ?? entry.atMostUsd });
    }
    case "failed": {
      // The cost of a failure is an estimate: it may have been more. 0: it is not billed.
      const mostUsd = costUsd ? Math.max(costUsd, entry.atMostUsd ?? 0) : (costUsd ?? entry.atMostUsd);
      return plus(spending, { paidUsd: costUsd, mostUsd });
    }
    case "scored": {
      // A scorer that mentions no money, before or after, has cost nothing.
      const isFree = begun === undefined || begun.atMostUsd === 0;
      const paidUsd = costUsd ?? (isFree ? 0 : undefined);
      const unpriced = paidUsd === undefined ? 1 : 0;
      return plus(spending, { paidUsd, scoringUsd: paidUsd, unpriced, mostUsd: paidUsd ?? begun?.atMostUsd });
    }
  }
}

/** Adds a bill; absent amounts are not known. */
function plus(
  spending: Spending,
  {
    paidUsd = 0,
    scoringUsd = 0,
    unpriced = 0,
    mostUsd,
  }: { readonly [Field in Exclude<keyof Spending, "unbounded">]?: number | undefined },
): Spending {
  return {
    paidUsd: spending.paidUsd + paidUsd,
    scoringUsd: spending.scoringUsd + scoringUsd,
    unpriced: spending.unpriced + unpriced,
    mostUsd: spending.mostUsd + (mostUsd ?? 0),
    unbounded: spending.unbounded + (mostUsd === undefined ? 1 : 0),
  };
}
