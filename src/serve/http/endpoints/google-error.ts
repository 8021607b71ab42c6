import type { Failure } from "../failure.ts";
import { jsonReply, type Reply } from "../reply.ts";

const statusByCode: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

/** Returns the body that Google's clients read: code, status and details. */
export function googleErrorBody({ status, message, code, param, headers }: Failure): object {
  const wait = headers["retry-after-ms"];
  return {
    error: {
      code: status,
      message,
      status: statusByCode[status] ?? (status < 500 ? "INVALID_ARGUMENT" : "INTERNAL"),
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: code.toUpperCase(),
          domain: "switchpoint",
        },
        ...(param === undefined
          ? []
          : [
              {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                fieldViolations: [{ field: param, description: message }],
              },
            ]),
        ...(wait === undefined
          ? []
          : [
              { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${Number(wait) / 1_000}s` },
            ]),
      ],
    },
  };
}

export function googleError(failure: Failure): Reply {
  return jsonReply(googleErrorBody(failure), failure.headers, failure.status);
}
