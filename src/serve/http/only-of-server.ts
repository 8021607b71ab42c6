import type { HttpCall } from "./call.ts";
import type { Serving } from "./endpoints/endpoint.ts";
import { HttpError } from "./http-error.ts";

/** Rejects with `HttpError` for a holder of no key, and for one whose key belongs to a tenant: it would see what all tenants do. */
export async function onlyOfServer(call: HttpCall, identify: Serving["identify"]): Promise<void> {
  if ((await identify(call)).tenant === undefined) return;
  throw new HttpError(403, "the key of a tenant may not read what all tenants do: use one without a tenant", {
    code: "not_permitted",
  });
}
