import { InvalidOptionError } from "../../../contracts/index.ts";
import { checkKeys } from "../../../plugin/option-checks.ts";
import type { DiscoveredEndpoint } from "./discovery.ts";

/** Most endpoints of a set. */
const mostEndpoints = 1_000;

/**
 * Checks endpoints from outside: addresses, or objects with `url`, `state` (default `ready`) and `labels`. Of several
 * with one address the first counts. Throws `InvalidOptionError` that names the field.
 */
export function checkEndpoints(option: string, value: unknown): readonly DiscoveredEndpoint[] {
  if (!Array.isArray(value)) throw new InvalidOptionError(option, value, "an array of endpoints");
  if (value.length > mostEndpoints)
    throw new InvalidOptionError(`${option}.length`, value.length, `at most ${mostEndpoints} endpoints`);
  const found = new Map<string, DiscoveredEndpoint>();
  value.forEach((one: unknown, index) => {
    const endpoint = checkEndpoint(`${option}[${index}]`, typeof one === "string" ? { url: one } : one);
    if (!found.has(endpoint.url)) found.set(endpoint.url, endpoint);
  });
  return [...found.values()];
}

function checkEndpoint(option: string, value: unknown): DiscoveredEndpoint {
  checkKeys(option, value, ["url", "state", "labels"]);
  const { url, state = "ready", labels } = value as Partial<Record<keyof DiscoveredEndpoint, unknown>>;
  const isUrl = typeof url === "string" && url.length <= 2_000 && URL.canParse(url);
  if (!isUrl || !/^https?:$/.test(new URL(url).protocol))
    throw new InvalidOptionError(`${option}.url`, hidden(url), "an absolute http or https URL");
  if (state !== "ready" && state !== "draining")
    throw new InvalidOptionError(`${option}.state`, state, '"ready" or "draining"');
  if (labels === undefined) return { url, state };
  const texts = typeof labels === "object" && labels !== null ? Object.values(labels) : [undefined];
  if (!texts.every((text) => typeof text === "string"))
    throw new InvalidOptionError(`${option}.labels`, labels, "an object of strings");
  return { url, state, labels: { ...(labels as Record<string, string>) } };
}

/** An address may hold credentials. */
function hidden(url: unknown): unknown {
  return typeof url === "string" && url.includes("@") ? "a URL with credentials" : url;
}
