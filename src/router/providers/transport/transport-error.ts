/**
 * Thrown when a request or the reading of an answer fails. A `TypeError` like the one of `fetch`; `code` says
 * what happened (`ECONNREFUSED`, `ETIMEDOUT` …). No message holds an address, a header or a body.
 */
export class TransportError extends TypeError {
  readonly code: string;
  /** False if nothing of the request left: there was no connection yet. Set by the exchange. */
  isSent = true;

  constructor(message: string, code: string) {
    super(message);
    this.name = "TransportError";
    this.code = code;
  }
}

/** Returns an error of a library as one of ours; `code` for one that has none. */
export function toTransportError(error: unknown, message: string, code: string): TransportError {
  if (error instanceof TransportError) return error;
  return new TransportError(message, codeIn(error) ?? code);
}

/** Returns the code of an error, or of one of the errors that it stands for. */
function codeIn(error: unknown): string | undefined {
  const { code, errors, message } = (error ?? {}) as Partial<Record<"code" | "errors" | "message", unknown>>;
  // `node:https` has one code for all failures of a handshake; the text of its TLS library tells them apart.
  if (code === "EPROTO" && typeof message === "string" && notTls.test(message))
    return "ERR_SSL_WRONG_VERSION_NUMBER";
  if (typeof code === "string" && /^[A-Z0-9_]{2,60}$/.test(code)) return code;
  return Array.isArray(errors) && errors.length > 0 ? codeIn(errors[0]) : undefined;
}

const notTls = /wrong version number|packet length too long|http request/i;
