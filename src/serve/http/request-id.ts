import type { HttpCall } from "./call.ts";

/** Ids that are safe in a header and in a log line. */
const plainId = /^[\w.-]{1,128}$/;

/** Returns the id that the sender gave the request, or a new one. */
export function requestId(headers: HttpCall["headers"] | undefined): string {
  const given = headers?.get("x-request-id");
  return typeof given === "string" && plainId.test(given) ? given : `req_${crypto.randomUUID()}`;
}
