import { errorType } from "../../../contracts/errors/index.ts";
import { isRouterError, type ProviderOptions } from "../../../contracts/index.ts";
import type { ServerAccess } from "../../../contracts/server-access.ts";
import { boundedGet } from "../../../plugin/http/bounded-get.ts";
import { withTimeLimit } from "../../../plugin/with-time-limit.ts";
import { readKey } from "./provider-key.ts";

/** Longest wait for an answer, and its largest size in bytes, where a question states none. */
const usualMs = 5_000;
const usualBytes = 4 * 2 ** 20;

/** Access to the server of a model that calls it with these options. `model` is its name, for messages. */
export function serverAccess(
  model: string,
  options: Pick<ProviderOptions, "apiKey" | "headers" | "fetch"> & { readonly baseUrl: string },
): ServerAccess {
  // Engines have paths of their own next to `/v1`.
  const address = options.baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "");
  return {
    root: withoutCredentials(address),
    async ask(path, { signal, timeoutMs = usualMs, maxBytes = usualBytes, body, headers, fetch } = {}) {
      const late = new TypeError("late");
      let hasKey = false;
      try {
        // A function that gives the key may hang, too.
        return await withTimeLimit(
          async (limit) => {
            const key = await readKey(model, options.apiKey, undefined);
            hasKey = true;
            const own = key === undefined ? {} : { authorization: `Bearer ${key}` };
            return boundedGet(`${address}${path}`, {
              fetch: fetch ?? options.fetch,
              headers: joined(own, options.headers, headers),
              body,
              timeoutMs,
              maxBytes,
              signal: limit,
            });
          },
          { timeoutMs, signal, reason: () => late },
        );
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (error === late)
          return { problem: `no answer${hasKey ? "" : " of apiKey()"} within ${timeoutMs / 1_000} s` };
        if (isRouterError(error)) return { problem: error.message };
        return { problem: `apiKey() threw an error of type ${errorType(error)}` };
      }
    },
  };
}

/** Headers in which a later name takes the place of an earlier one, however it is written. */
function joined(
  ...all: readonly (ProviderOptions["headers"] | Readonly<Record<string, string>> | undefined)[]
): Readonly<Record<string, string>> {
  const names = all.flatMap((headers) => Object.entries(headers ?? {}));
  return Object.fromEntries(names.map(([name, value]) => [name.toLowerCase(), value]));
}

function withoutCredentials(address: string): string {
  try {
    const { origin, pathname } = new URL(address);
    return `${origin}${pathname === "/" ? "" : pathname}`;
  } catch {
    return "";
  }
}
