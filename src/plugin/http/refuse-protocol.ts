import { ProviderError } from "../../contracts/index.ts";

/** Codes of an answer that is not HTTP, and of one that is not TLS. */
const notHttp = /^HPE_INVALID_[A-Z_]{1,40}$/;
const notTls = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNSUPPORTED_PROTOCOL)$/;

/**
 * Returns the error of a server that speaks another protocol, which it would speak the next time, too;
 * undefined for any other failure of `fetch`.
 */
export function otherProtocolError(error: unknown, url: string, model: string): ProviderError | undefined {
  const code = codeIn(error);
  const got = code !== undefined && notHttp.test(code) ? "HTTP" : notTls.test(code ?? "") ? "TLS" : undefined;
  if (got === undefined) return undefined;
  const hint = got === "TLS" && url.startsWith("https:") ? " (http instead of https?)" : "";
  return new ProviderError({
    kind: "connection",
    model,
    retryable: false,
    mayBeBilled: got === "HTTP",
    summary: `this is not an API: is the base URL right${hint}? got an answer that is not ${got} (${code})`,
  });
}

/** Returns the code in a chain of causes. */
function codeIn(error: unknown): string | undefined {
  for (let depth = 0, at = error; depth < 5 && at instanceof Error; depth += 1, at = at.cause)
    if ("code" in at && typeof at.code === "string") return at.code;
  return undefined;
}
