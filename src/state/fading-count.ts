/** Count in which each call fades to 1/e within a minute, so that it follows the calls per minute. */
export interface FadingCount {
  count: number;
  /** Time at which `count` was right, in milliseconds since the epoch. */
  at: number;
}

export function perMinute({ count, at }: FadingCount, now: number): number {
  return count * Math.exp(-Math.max(0, now - at) / 60_000);
}

export function countOne(fading: FadingCount, now: number): void {
  fading.count = perMinute(fading, now) + 1;
  fading.at = now;
}
