/** Bounds of a wait for a busy endpoint, in milliseconds. */
const shortestMs = 50;
const longestMs = 30_000;
/** Wait for an endpoint of which no call has ended yet. */
const unknownMs = 1_000;

/**
 * Returns the milliseconds after which a busy endpoint is asked again. By Little's law, `inFlight` calls of `meanMs` each end
 * every `meanMs / inFlight`: then the next place comes free. It doubles with each refusal in a row: others wait too.
 */
export function waitOf(meanMs: number | undefined, inFlight: number, refusals: number): number {
  const oneMs = meanMs === undefined ? unknownMs : meanMs / Math.max(1, inFlight);
  return Math.min(longestMs, Math.max(shortestMs, oneMs) * 2 ** Math.min(refusals, 10));
}
