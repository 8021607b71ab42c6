import type { AuditSkip } from "./audit-status.ts";

/** Counts of an audit. */
export interface AuditCounts {
  requests: number;
  drawn: number;
  records: number;
  ofReference: number;
  comparisons: number;
  spentUsd: number;
  lossSum: number;
  weightSum: number;
  readonly skipped: Record<AuditSkip, number>;
}

export function noCounts(): AuditCounts {
  return {
    requests: 0,
    drawn: 0,
    records: 0,
    ofReference: 0,
    comparisons: 0,
    spentUsd: 0,
    lossSum: 0,
    weightSum: 0,
    skipped: {
      tools: 0,
      "no-consent": 0,
      "not-permitted": 0,
      budget: 0,
      cut: 0,
      "queue-full": 0,
      failed: 0,
      "too-long": 0,
      closed: 0,
    },
  };
}

/** Mean over the past in which each further value makes the earlier ones count 1 % less. */
export interface RecentMean {
  add(value: number): void;
  /** Undefined before the first value. */
  value(): number | undefined;
}

const forget = 0.01;

export function recentMean(): RecentMean {
  let sum = 0;
  let weight = 0;
  return {
    add(value) {
      sum = sum * (1 - forget) + value;
      weight = weight * (1 - forget) + 1;
    },
    value: () => (weight === 0 ? undefined : sum / weight),
  };
}
