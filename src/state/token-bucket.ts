/**
 * A token bucket that can be reserved ahead: who must wait is told how long and holds his place from
 * then on, so that nobody is overtaken. All times in milliseconds since the epoch.
 */
export interface TokenBucket {
  capacity: number;
  perMs: number;
  /** What may be reserved now; below 0 when more is reserved than has come back. */
  level: number;
  /** When `level` was right. */
  at: number;
  /** Reserved for calls that have not begun. */
  pending: number;
}

export function createTokenBucket(capacity: number, perMs: number, now: number): TokenBucket {
  return { capacity, perMs, level: capacity, at: now, pending: 0 };
}

/**
 * What is reserved and has not begun still lies in the bucket, so that calls which begin late, after
 * a queue, do not add to what has come back meanwhile: in any span at most `capacity` plus what comes
 * back in it is begun.
 */
export function refill(bucket: TokenBucket, now: number): void {
  const elapsed = Math.max(0, now - bucket.at);
  // Also when the clock was set back: time then counts from there.
  bucket.at = now;
  const most = bucket.capacity - bucket.pending;
  if (bucket.level < most) bucket.level = Math.min(most, bucket.level + elapsed * bucket.perMs);
}

/** Another size or pace; the level stays, as far as it fits. */
export function resize(bucket: TokenBucket, capacity: number, perMs: number): void {
  bucket.capacity = capacity;
  bucket.perMs = perMs;
  bucket.level = Math.min(bucket.level, capacity - bucket.pending);
}

/** Milliseconds until `cost` could be begun; Infinity where it never comes back. */
export function waitMs(bucket: TokenBucket, cost: number, now: number): number {
  refill(bucket, now);
  const missing = clamped(bucket, cost) - bucket.level;
  // Sums of fractions drift: a billionth of a token is not waited for.
  if (missing <= 1e-9) return 0;
  return bucket.perMs > 0 ? Math.ceil(missing / bucket.perMs) : Number.POSITIVE_INFINITY;
}

/** Takes `cost`, or the whole bucket for a larger one, and returns what was taken. */
export function reserve(bucket: TokenBucket, cost: number): number {
  const taken = clamped(bucket, cost);
  bucket.level -= taken;
  bucket.pending += taken;
  return taken;
}

/**
 * Milliseconds for which a call with a reservation must still wait, its time having come: others may
 * have begun late and just now.
 */
export function beginsInMs(bucket: TokenBucket, taken: number, now: number): number {
  refill(bucket, now);
  const missing = clamped(bucket, taken) - (bucket.level + bucket.pending);
  return missing <= 1e-9 ? 0 : Math.ceil(missing / bucket.perMs);
}

/** A call for which `taken` was reserved begins. */
export function begin(bucket: TokenBucket, taken: number): void {
  bucket.pending = Math.max(0, bucket.pending - taken);
}

/** It will not begin. */
export function cancel(bucket: TokenBucket, taken: number): void {
  begin(bucket, taken);
  bucket.level = Math.min(bucket.capacity - bucket.pending, bucket.level + taken);
}

/** A call took more than was reserved, or less. The debt is never more than a full bucket. */
export function correct(bucket: TokenBucket, more: number): void {
  const level = Math.min(bucket.capacity - bucket.pending, bucket.level - more);
  bucket.level = Math.max(level, Math.min(bucket.level, -bucket.capacity));
}

function clamped({ capacity }: TokenBucket, cost: number): number {
  return Math.min(cost, capacity);
}
