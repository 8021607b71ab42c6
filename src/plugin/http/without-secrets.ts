/** Names of headers that hold a secret. */
const secretHeaders = /auth|key|token|secret|cookie|password|credential/i;
/** A shorter value is a part of ordinary words. */
const shortest = 4;

/** Returns a server's text with `[key]` for each secret that the request's headers held. */
export function withoutSecrets(text: string, headers: RequestInit["headers"] | undefined): string {
  if (text === "" || headers === undefined) return text;
  let shown = text;
  for (const [name, value] of new Headers(headers)) {
    if (!secretHeaders.test(name)) continue;
    // `Bearer KEY`: the scheme is not secret.
    for (const secret of [value, ...value.split(/\s+/).slice(1)])
      if (secret.length >= shortest) shown = shown.split(secret).join("[key]");
  }
  return shown;
}
