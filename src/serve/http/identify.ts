import type { Routing } from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";
import { routingFields } from "../../plugin/routing-fields.ts";
import { settleWithin } from "../../plugin/settle-within.ts";
import type { HttpCall } from "./call.ts";
import type { HandlerOptions } from "./handler-options.ts";
import { HttpError } from "./http-error.ts";

/** Time for `authorise` in milliseconds. A key store that does not answer must not hold requests forever. */
const authoriseTimeoutMs = 10_000;

/**
 * Asks `authorise` who sends. Rejects with `HttpError`: status 401 for one that may not send, 500 or 503 where the function
 * itself failed, which is not the sender's fault. Its error stays here: it may hold a key.
 */
export async function identify(
  { headers, path, signal }: HttpCall,
  { authorise }: HandlerOptions,
): Promise<Routing> {
  if (authorise === undefined) return {};
  let identity: unknown;
  try {
    const asked = authorise({ headers, path });
    const late = () => new HttpError(503, "the key could not be checked in time", { code: "overloaded" });
    identity = isThenable(asked)
      ? await settleWithin(asked, { signal, ms: authoriseTimeoutMs, timeError: late })
      : asked;
  } catch (error) {
    if (error instanceof HttpError || signal?.aborted) throw error;
    throw failed();
  }
  if (identity === undefined || identity === null)
    throw new HttpError(401, "the key is missing or not known", { code: "invalid_api_key" });
  return checked(identity);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function failed(): HttpError {
  return new HttpError(500, "the check of the key failed", { code: "internal" });
}

/** Copies the fields of an identity. A value of another type is a mistake of the server, never "no limits". */
function checked(identity: unknown): Routing {
  if (typeof identity !== "object" || Array.isArray(identity) || dropPromises(identity)) throw failed();
  const fields = identity as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(fields))
    if (name === "model" || !(routingFields as readonly string[]).includes(name)) throw failed();
  const { tenant, labels, session, maxCostUsd } = fields;
  for (const text of [tenant, session])
    if (text !== undefined && (typeof text !== "string" || text === "")) throw failed();
  if (maxCostUsd !== undefined && !(typeof maxCostUsd === "number" && maxCostUsd > 0)) throw failed();
  if (labels !== undefined) {
    if (typeof labels !== "object" || labels === null || Array.isArray(labels)) throw failed();
    if (!Object.values(labels).every((value) => typeof value === "string")) throw failed();
  }
  return { ...fields };
}
