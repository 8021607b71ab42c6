import type { Draw } from "./draw.ts";
import { begin, beginsInMs, cancel, correct, reserve, type TokenBucket } from "./token-bucket.ts";

/** What one call has reserved of one bucket. */
export interface Reservation extends Pick<Draw, "stated" | "corrected"> {
  readonly bucket: TokenBucket;
  readonly taken: number;
}

export function reserveDraws(draws: readonly Draw[]): readonly Reservation[] {
  return draws.map(({ bucket, cost, stated, corrected }) => ({
    bucket,
    stated,
    corrected,
    taken: reserve(bucket, cost),
  }));
}

/** Milliseconds for which the call must still wait, its time having come; 0 where it can begin. */
export function reservedBeginsInMs(reservations: readonly Reservation[], now: number): number {
  let leftMs = 0;
  for (const { bucket, stated, taken } of reservations) {
    // A stated limit may never fill up again before its reset: the call has waited for it once.
    if (!stated) leftMs = Math.max(leftMs, beginsInMs(bucket, taken, now));
  }
  return leftMs;
}

export function beginReserved(reservations: readonly Reservation[]): void {
  for (const { bucket, taken } of reservations) begin(bucket, taken);
}

/** The call is not made: it has used nothing. */
export function cancelReserved(reservations: readonly Reservation[]): void {
  for (const { bucket, taken } of reservations) cancel(bucket, taken);
}

/** The call has used so many tokens. */
export function correctReserved(reservations: readonly Reservation[], tokens: number): void {
  for (const { bucket, taken, corrected } of reservations) if (corrected) correct(bucket, tokens - taken);
}
