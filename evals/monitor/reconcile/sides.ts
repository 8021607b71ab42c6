import type { Attempt } from "../../../src/contracts/index.ts";
import { nanoOf } from "../../../src/router/log/inner.ts";
import { attoOfNano } from "./atto-usd.ts";
import type { BilledRow } from "./read-export.ts";

/** Sums of the log for a day and model. Money in parts of 10^-18 US dollars. */
export interface OurSide {
  attempts: number;
  /** Attempts that a provider can have billed: with usage or a cost. */
  billable: number;
  atto: bigint;
  inputTokens: number;
  outputTokens: number;
  /** Attempts without a known cost. */
  unknown: number;
  /** Attempts whose cost rests on an estimate, and their part of it. */
  estimated: number;
  estimatedAtto: bigint;
}

/** Sums of the exports for it. Absent: the export does not say. */
export interface TheirSide {
  rows: number;
  atto: bigint | undefined;
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  requests: number | undefined;
}

export function emptyOurs(): OurSide {
  return {
    attempts: 0,
    billable: 0,
    atto: 0n,
    inputTokens: 0,
    outputTokens: 0,
    unknown: 0,
    estimated: 0,
    estimatedAtto: 0n,
  };
}

export function emptyTheirs(): TheirSide {
  return { rows: 0, atto: undefined, inputTokens: undefined, outputTokens: undefined, requests: undefined };
}

export function addAttempt(side: OurSide, { costUsd, costEstimated, usage }: Attempt): void {
  const nano = nanoOf(costUsd);
  const atto = attoOfNano(nano ?? 0n);
  side.attempts += 1;
  if (usage !== undefined || nano !== 0n) side.billable += 1;
  side.atto += atto;
  side.inputTokens += usage?.inputTokens ?? 0;
  side.outputTokens += usage?.outputTokens ?? 0;
  if (nano === undefined) side.unknown += 1;
  if (costEstimated !== true) return;
  side.estimated += 1;
  side.estimatedAtto += atto;
}

export function addBilled(
  side: TheirSide,
  row: Pick<BilledRow, "atto" | "inputTokens" | "outputTokens" | "requests">,
): void {
  side.rows += 1;
  side.atto = sumOf(side.atto, row.atto, 0n);
  side.inputTokens = sumOf(side.inputTokens, row.inputTokens, 0);
  side.outputTokens = sumOf(side.outputTokens, row.outputTokens, 0);
  side.requests = sumOf(side.requests, row.requests, 0);
}

/** Adds what is known: a sum of nothing is not known. */
function sumOf<T extends number | bigint>(
  before: T | undefined,
  more: T | undefined,
  zero: T,
): T | undefined {
  if (more === undefined) return before;
  return (((before ?? zero) as number) + (more as number)) as T;
}
