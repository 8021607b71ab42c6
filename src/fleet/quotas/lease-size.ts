/** Facts about a key and its lease, in the unit of the limit. */
export interface LeaseUse {
  readonly limit: number;
  /** Units that flow out of a bucket in a millisecond. Absent: of a window. */
  readonly refillPerMs?: number | undefined;
  readonly leaseShare: number;
  /** Left of the limit, with what this process has free. */
  readonly left: number;
  /** The most that calls had reserved at one time recently. */
  readonly worstUnderWay: number;
  /** Mean of what calls have spent. */
  readonly meanSpent: number;
  /** Calls so far. */
  readonly uses: number;
}

/** Calls that a lease should last: a request under seven limits then asks the store less than once in 100. */
const callsAhead = 1_024;
/** A lease takes no more than this part of what is left, so that leases shrink as a limit nears. */
const partOfLeft = 1 / 16;
/** Time in which what is leased of a bucket flows out, at most. */
const bucketMs = 1_000;

/**
 * Returns what a process leases beyond what its calls have reserved: as much again as they had at one time, and
 * what the next calls are likely to spend. It may be 0: then each call asks the store. A key that is used for the
 * first time is not leased, since most are used once.
 */
export function leaseSize(use: LeaseUse): number {
  const { limit, refillPerMs, leaseShare, left, worstUnderWay, meanSpent, uses } = use;
  if (uses < 2) return 0;
  const wanted = 2 * worstUnderWay + callsAhead * meanSpent;
  const most = Math.min(
    limit * leaseShare,
    left * partOfLeft,
    (refillPerMs ?? Number.POSITIVE_INFINITY) * bucketMs,
  );
  return Math.max(0, Math.floor(Math.min(wanted, most)));
}
