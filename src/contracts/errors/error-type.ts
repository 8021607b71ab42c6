/** Longest name of a type that is shown. */
const longest = 60;

/**
 * Returns the type of something that was thrown, such as `TypeError` or `string`: never its text, which may
 * hold anything. Never throws, although whatever was thrown may be a proxy or have getters.
 */
export function errorType(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return typeof thrown;
    const name: unknown = thrown.name;
    return typeof name === "string" && name.length <= longest ? name : "Error";
  } catch {
    return "object";
  }
}
