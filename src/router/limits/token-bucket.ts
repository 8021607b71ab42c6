/**
 * Token bucket with reservations: a call that must wait learns for how long and keeps its place, so that
 * no later call overtakes it. All times are on the monotonic clock, in milliseconds.
 */
export interface TokenBucket {
  capacity: number;
  perMs: number;
  /** Headroom: amount that can be reserved now. Below 0 if more is reserved than has come back. */
  level: number;
  /** Time at which `level` was right. */
  at: number;
  /** Amount reserved for calls that have not begun. */
  pending: number;
}

export function createTokenBucket(capacity: number, perMs: number, now: number): TokenBucket {
  return { capacity, perMs, level: capacity, at: now, pending: 0 };
}

/**
 * Adds what has come back since the last time. Reservations of calls that have not begun still take up
 * room in the bucket: otherwise calls that begin late, after a queue, would add to what has come back
 * meanwhile. So in any span at most `capacity` plus what comes back in it begins.
 */
export function refill(bucket: TokenBucket, now: number): void {
  const elapsed = Math.max(0, now - bucket.at);
  // If the clock was set back, time counts from there.
  bucket.at = now;
  const most = bucket.capacity - bucket.pending;
  if (bucket.level < most) bucket.level = Math.min(most, bucket.level + elapsed * bucket.perMs);
}

/** Changes size and pace. The level stays as far as it fits. */
export function resize(bucket: TokenBucket, capacity: number, perMs: number): void {
  bucket.capacity = capacity;
  bucket.perMs = perMs;
  bucket.level = Math.min(bucket.level, capacity - bucket.pending);
}

/** Returns the milliseconds until `cost` has come back; Infinity if it never does. */
export function waitMs(bucket: TokenBucket, cost: number, now: number): number {
  refill(bucket, now);
  const missing = clamped(bucket, cost) - bucket.level;
  // Sums of fractions drift: a billionth of a token is not a reason to wait.
  if (missing <= 1e-9) return 0;
  return bucket.perMs > 0 ? Math.ceil(missing / bucket.perMs) : Number.POSITIVE_INFINITY;
}

/** Reserves `cost`, at most the whole bucket, and returns the amount reserved. */
export function reserve(bucket: TokenBucket, cost: number): number {
  const taken = clamped(bucket, cost);
  bucket.level -= taken;
  bucket.pending += taken;
  return taken;
}

/**
 * Returns the milliseconds for which a call with a reservation must still wait after its time has come:
 * other calls may have begun late, just now.
 */
export function beginsInMs(bucket: TokenBucket, taken: number, now: number): number {
  refill(bucket, now);
  const missing = clamped(bucket, taken) - (bucket.level + bucket.pending);
  return missing <= 1e-9 ? 0 : Math.ceil(missing / bucket.perMs);
}

/** Turns a reservation into use: its call begins. */
export function begin(bucket: TokenBucket, taken: number): void {
  bucket.pending = Math.max(0, bucket.pending - taken);
}

/** Gives a reservation back: its call will not begin. */
export function cancel(bucket: TokenBucket, taken: number): void {
  begin(bucket, taken);
  bucket.level = Math.min(bucket.capacity - bucket.pending, bucket.level + taken);
}

/** Takes `more` than was reserved, or gives back if it is negative. Debt is at most a full bucket. */
export function correct(bucket: TokenBucket, more: number): void {
  const level = Math.min(bucket.capacity - bucket.pending, bucket.level - more);
  bucket.level = Math.max(level, Math.min(bucket.level, -bucket.capacity));
}

function clamped({ capacity }: TokenBucket, cost: number): number {
  return Math.min(cost, capacity);
}
