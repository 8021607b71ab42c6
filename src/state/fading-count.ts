/** A count in which each one fades by 1/e in a minute: together the number per minute as it is. */
export interface FadingCount {
  count: number;
  /** When `count` was right, in milliseconds since the epoch. */
  at: number;
}

export function perMinute({ count, at }: FadingCount, now: number): number {
  return count * Math.exp(-Math.max(0, now - at) / 60_000);
}

export function countOne(fading: FadingCount, now: number): void {
  fading.count = perMinute(fading, now) + 1;
  fading.at = now;
}
