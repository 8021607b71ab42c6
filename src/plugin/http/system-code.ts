/** Codes of Node and of TLS, such as `ECONNREFUSED` and `CERT_HAS_EXPIRED`. Other text may hold anything, and is not shown. */
const code = /^[A-Z][A-Z0-9_]{2,60}$/;

/** Returns a system code such as `ECONNREFUSED` from anywhere in a chain of causes. */
export function systemCode(cause: unknown): string | undefined {
  for (let depth = 0, at = cause; depth < 5 && at instanceof Error; depth += 1, at = at.cause) {
    const found = "code" in at ? at.code : undefined;
    if (typeof found === "string" && code.test(found)) return found;
  }
  return undefined;
}
