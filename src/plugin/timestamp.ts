let second = Number.NaN;
let prefix = "";

/**
 * Returns `new Date(ms).toISOString()`. The part up to the second takes longest and is kept from call to
 * call.
 */
export function timestamp(ms: number): string {
  const whole = Math.floor(ms / 1_000);
  if (whole !== second) {
    prefix = new Date(whole * 1_000).toISOString().slice(0, -4);
    second = whole;
  }
  const rest = Math.floor(ms - whole * 1_000);
  return `${prefix}${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}Z`;
}
