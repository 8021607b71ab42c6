import type { Failure } from "../failure.ts";
import { overflowCode, tooLongMessage } from "../refused-request.ts";
import { jsonReply, type Reply } from "../reply.ts";

const typeByStatus: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
};

/** Returns the body that Anthropic's clients make their error classes of. */
export function anthropicErrorBody({ status, message, code, details }: Failure): object {
  const said = code === overflowCode ? tooLongMessage(message) : message;
  const type = typeByStatus[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
  return { type: "error", error: { type, message: said, ...(details && { details }) } };
}

export function anthropicError(failure: Failure): Reply {
  return jsonReply(anthropicErrorBody(failure), failure.headers, failure.status);
}
