import { InvalidOptionError } from "../../../contracts/index.ts";
import type { OptionTable } from "../../../plugin/options/option-table.ts";
import { readOptions } from "../../../plugin/options/read-options.ts";
import type { DiscoveredEndpoint } from "./discovery.ts";

/** Most endpoints of a set. */
const mostEndpoints = 1_000;

/** An endpoint as it comes from outside, where it is ready unless it says otherwise. */
type GivenEndpoint = Omit<DiscoveredEndpoint, "state"> & Partial<Pick<DiscoveredEndpoint, "state">>;

export const endpointOptions: OptionTable<GivenEndpoint, "labels"> = {
  url: { is: "checked", check: checkUrl, expected: "an absolute http or https URL" },
  state: { is: "choice", of: ["ready", "draining"], default: "ready" },
  labels: {
    is: "record",
    of: { is: "text", empty: true, expected: "a string" },
    optional: true,
    expected: "an object of strings",
  },
};

/**
 * Checks endpoints from outside: addresses, or objects with `url`, `state` (default `ready`) and `labels`. Of several
 * with one address the first counts. Throws `InvalidOptionError` that names the field.
 */
export function checkEndpoints(option: string, value: unknown): readonly DiscoveredEndpoint[] {
  if (!Array.isArray(value)) throw new InvalidOptionError(option, value, "an array of endpoints");
  if (value.length > mostEndpoints)
    throw new InvalidOptionError(`${option}.length`, value.length, `at most ${mostEndpoints} endpoints`);
  const found = new Map<string, DiscoveredEndpoint>();
  value.forEach((one: string | GivenEndpoint, index) => {
    const given = typeof one === "string" ? { url: one } : one;
    const endpoint = readOptions(`${option}[${index}]`, endpointOptions, given);
    // One address may be written in many ways: http://h, http://H:80/, and numbers in base 8 or 16.
    const { href } = new URL(endpoint.url);
    if (!found.has(href)) found.set(href, endpoint);
  });
  return [...found.values()];
}

function checkUrl(option: string, url: unknown): string {
  const isUrl = typeof url === "string" && url.length <= 2_000 && URL.canParse(url);
  if (isUrl && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new InvalidOptionError(option, hidden(url), "an absolute http or https URL");
}

/** An address may hold credentials. */
function hidden(url: unknown): unknown {
  return typeof url === "string" && url.includes("@") ? "a URL with credentials" : url;
}
