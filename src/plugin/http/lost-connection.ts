import type { ProviderErrorOptions } from "../../contracts/index.ts";
import { systemCode } from "./system-code.ts";

/**
 * Returns what is known of a connection that failed: why, and whether the provider may bill the call, since all of its request
 * may have arrived.
 */
export function lostConnection(
  cause: unknown,
): Required<Pick<ProviderErrorOptions, "summary" | "mayBeBilled">> {
  const code = systemCode(cause);
  return {
    summary: `the endpoint cannot be reached${code === undefined ? "" : ` (${code})`}`,
    mayBeBilled: !isUnsent(cause),
  };
}

/** Codes of a connection that never came about: of Node, undici and Bun. */
const unsent: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ConnectionRefused",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "ERR_INVALID_URL",
]);
/** Codes of a handshake that failed, after which nothing of the request is sent. */
const ofHandshake =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CRL_|INVALID_CA|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_\w*(?:VERSION|PROTOCOL|HTTP_REQUEST|PACKET_LENGTH|HANDSHAKE|CERTIFICATE|UNKNOWN_CA))/;

/** True if an error, or one that caused it, says that nothing of the request was sent. */
function isUnsent(cause: unknown): boolean {
  for (let depth = 0, at = cause; depth < 5 && at instanceof Error; depth += 1, at = at.cause) {
    const { isSent, code, syscall } = at as {
      readonly isSent?: unknown;
      readonly code?: unknown;
      readonly syscall?: unknown;
    };
    // Our own transports know.
    if (typeof isSent === "boolean") return !isSent;
    if (syscall === "connect" || syscall === "getaddrinfo") return true;
    if (typeof code === "string" && (unsent.has(code) || ofHandshake.test(code))) return true;
  }
  return false;
}
