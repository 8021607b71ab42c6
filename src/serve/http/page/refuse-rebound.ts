import type { HttpCall } from "../call.ts";
import { isDirectHost } from "../direct-host.ts";
import { HttpError } from "../http-error.ts";

/**
 * Refuses a call that came by a name. Without keys a page of another site could read what is shown here: it lets its own
 * name point to this address, and then belongs to the same origin. It has no power over `localhost` and addresses. Throws
 * `HttpError`.
 */
export function refuseRebound({ headers }: HttpCall): void {
  const host = headers.get("host");
  if (host !== null && !isDirectHost(host))
    throw new HttpError(403, "without keys the dashboard answers to localhost and addresses alone", {
      code: "not_permitted",
    });
}
