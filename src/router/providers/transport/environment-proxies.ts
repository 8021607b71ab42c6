import { environment } from "../../../plugin/environment.ts";

/** Proxies that the environment names, and the hosts that are called without one. */
export interface EnvironmentProxies {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY: string;
}

/** This machine's own addresses, which a proxy cannot reach. */
const own = ["localhost", "127.0.0.1", "::1", "[::1]"];

/**
 * Reads the proxies from the environment; undefined if there are none. The names in small letters come first.
 * `HTTP_PROXY` does not count in a CGI program, where a client can set it through a header `Proxy`.
 */
export function environmentProxies(
  variables: Readonly<Record<string, string | undefined>> = environment(),
): EnvironmentProxies | undefined {
  const isCgi = Boolean(variables["REQUEST_METHOD"]);
  const http = variables["http_proxy"] || (isCgi ? "" : variables["HTTP_PROXY"]) || "";
  const https = variables["https_proxy"] || variables["HTTPS_PROXY"] || "";
  if (http === "" && https === "") return undefined;
  const without = variables["no_proxy"] || variables["NO_PROXY"] || "";
  return {
    ...(http !== "" && { HTTP_PROXY: http }),
    ...(https !== "" && { HTTPS_PROXY: https }),
    NO_PROXY: [...without.split(/[\s,]+/).filter((name) => name !== ""), ...own].join(","),
  };
}

/** True for an address of this machine. */
export function isOwnAddress(hostname: string): boolean {
  return own.includes(hostname) || hostname.endsWith(".localhost") || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** True for a host that the list of `NO_PROXY` names: `*`, `host`, `host:port`, `.suffix`, `*.suffix`. */
export function isExcepted(list: string, hostname: string, port: number): boolean {
  const name = hostname.toLowerCase();
  return list.split(",").some((given) => {
    const entry = given.toLowerCase();
    if (entry === "*") return true;
    const [host = "", only] =
      /^(?<host>.*?):(?<port>\d{1,5})$/.test(entry) && !entry.includes("::")
        ? entry.split(/:(?=\d+$)/)
        : [entry];
    if (only !== undefined && Number(only) !== port) return false;
    const suffix = host.startsWith("*.") ? host.slice(1) : host;
    return suffix.startsWith(".") ? name.endsWith(suffix) || name === suffix.slice(1) : name === suffix;
  });
}
