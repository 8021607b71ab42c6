import { ProviderError } from "../../contracts/index.ts";

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Longest name of a host. */
const longestHost = 253;

/**
 * Returns the error of a redirect, or of an answer that came by one; undefined for any other response. A
 * redirect would take the prompt, and often the key, to a host that no constraint has permitted. The error
 * names the host only: the rest of the address may hold a secret.
 */
export function redirectError(response: Response, url: string, model: string): ProviderError | undefined {
  const { status, type, redirected } = response;
  const isRedirect = redirects.has(status) || type === "opaqueredirect";
  if (!isRedirect && !redirected) return undefined;
  const host = isRedirect ? hostOf(response.headers.get("location"), url) : hostOf(response.url, url);
  return new ProviderError({
    kind: "not-found",
    model,
    status: status === 0 || !isRedirect ? undefined : status,
    retryable: false,
    mayBeBilled: true,
    summary: `the endpoint redirects to ${host}, and redirects are not followed: set the address (baseUrl, endpoint) to the one that answers`,
  });
}

function hostOf(location: string | null, url: string): string {
  if (!location || !URL.canParse(location, url)) return "an address that it does not name";
  const { host } = new URL(location, url);
  return host === "" || host.length > longestHost ? "an address that is not a host" : host;
}

/**
 * Returns the error of an address that an answer named on another host than the endpoint's own; undefined for
 * the endpoint's.
 */
export function strayError(url: string, address: string, model: string): ProviderError | undefined {
  if (new URL(url).origin === new URL(address).origin) return undefined;
  return new ProviderError({
    kind: "not-found",
    model,
    retryable: false,
    summary: `the endpoint names ${hostOf(url, address)} for the rest of its answer, and no other host is called`,
  });
}
