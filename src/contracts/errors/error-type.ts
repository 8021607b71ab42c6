/** A name may be made of a prompt: only one that is an identifier is shown. */
const plainName = /^[A-Za-z_$][\w$]{0,63}$/;

/**
 * Returns the type of something that was thrown, such as `TypeError` or `string`: never its text, which may
 * hold anything. Never throws, although whatever was thrown may be a proxy or have getters.
 */
export function errorType(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return typeof thrown;
    const name: unknown = thrown.name;
    return typeof name === "string" && plainName.test(name) ? name : "Error";
  } catch {
    return "object";
  }
}
