import { InvalidOptionError } from "../../../contracts/index.ts";
import { onAbort } from "../../../plugin/on-abort.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import type { Discovery } from "./discovery.ts";

/** Endpoints that do not change. Throws `InvalidOptionError`. */
export function fixed(...urls: readonly string[]): Discovery {
  if (urls.length === 0) throw new InvalidOptionError("fixed.urls", urls, "given at least one address");
  const endpoints = checkEndpoints("fixed.urls", urls);
  return {
    name: "fixed",
    async *watch(_runtime, { signal }) {
      if (signal.aborted) return;
      yield { endpoints, source: "fixed" };
      if (!signal.aborted) await new Promise<void>((resolve) => void onAbort(signal, resolve));
    },
  };
}
