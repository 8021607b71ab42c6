let second = Number.NaN;
let prefix = "";

/** `new Date(ms).toISOString()`, with the part up to the second kept from call to call: it takes longest. */
export function timestamp(ms: number): string {
  const whole = Math.floor(ms / 1_000);
  if (whole !== second) {
    prefix = new Date(whole * 1_000).toISOString().slice(0, -4);
    second = whole;
  }
  const rest = Math.floor(ms - whole * 1_000);
  return `${prefix}${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}Z`;
}
