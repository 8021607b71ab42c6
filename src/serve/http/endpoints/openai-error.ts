import type { Failure } from "../failure.ts";
import { jsonReply, type Reply } from "../reply.ts";

const typeByStatus: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
};

/** Returns the body that OpenAI's clients make their error classes of. */
export function openaiErrorBody({ status, message, code, param }: Failure): object {
  const type =
    code === "budget_exceeded"
      ? "insufficient_quota"
      : (typeByStatus[status] ?? (status < 500 ? "invalid_request_error" : "server_error"));
  return { error: { message, type, param: param ?? null, code } };
}

export function openaiError(failure: Failure): Reply {
  return jsonReply(openaiErrorBody(failure), failure.headers, failure.status);
}
