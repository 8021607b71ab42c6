import type { Draw } from "./draw.ts";
import { begin, beginsInMs, cancel, correct, reserve, type TokenBucket } from "./token-bucket.ts";

/** Reservation of one call in one bucket. */
export interface Reservation extends Pick<Draw, "stated" | "corrected"> {
  readonly bucket: TokenBucket;
  readonly taken: number;
}

/** Reserves what a call must draw. */
export function reserveDraws(draws: readonly Draw[]): readonly Reservation[] {
  return draws.map(({ bucket, cost, stated, corrected }) => ({
    bucket,
    stated,
    corrected,
    taken: reserve(bucket, cost),
  }));
}

/** Returns the milliseconds for which a call must still wait after its wait; 0 if it can begin. */
export function reservedBeginsInMs(reservations: readonly Reservation[], now: number): number {
  let leftMs = 0;
  for (const { bucket, stated, taken } of reservations) {
    // A stated limit may not fill up before its reset, which the call has waited for already.
    if (!stated) leftMs = Math.max(leftMs, beginsInMs(bucket, taken, now));
  }
  return leftMs;
}

/** Turns reservations into use: the call begins. */
export function beginReserved(reservations: readonly Reservation[]): void {
  for (const { bucket, taken } of reservations) begin(bucket, taken);
}

/** Gives reservations back: the call is not made. */
export function cancelReserved(reservations: readonly Reservation[]): void {
  for (const { bucket, taken } of reservations) cancel(bucket, taken);
}

/** Corrects estimated reservations by the tokens that the call has used. */
export function correctReserved(reservations: readonly Reservation[], tokens: number): void {
  for (const { bucket, taken, corrected } of reservations) if (corrected) correct(bucket, tokens - taken);
}
