import type { Agent } from "node:http";
import { type EnvironmentProxies, isExcepted, isOwnAddress } from "./environment-proxies.ts";
import { agentOptions, type NodePool, poolOf } from "./node-pool.ts";
import type { TransportSettings } from "./transport.ts";
import { TransportError } from "./transport-error.ts";
import type { Target } from "./wire-request.ts";

/** The way of a request through a proxy. */
export interface ProxyRoute {
  readonly pool: NodePool;
  /** Address of the proxy, for a request that the proxy reads: its path is the whole address. */
  readonly forward?: { readonly hostname: string; readonly port: number; readonly authorization?: string };
}

/** True if Node's own agents know proxies: from 24.5 on. */
export function hasProxyAgents(version: string = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 24 || (major === 24 && minor >= 5);
}

/**
 * Loads what older versions of Node need for a proxy. Returns the route of a target; undefined where the
 * environment names none for it.
 */
export async function nodeProxies(
  proxies: EnvironmentProxies,
  settings: TransportSettings,
): Promise<{ route(target: Target): ProxyRoute | undefined; close(): void }> {
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  const { Agent } = process.getBuiltinModule("node:http");
  const secureAgent = process.getBuiltinModule("node:https").Agent;
  const routes = new Map<string, ProxyRoute>();

  function routeBy(proxy: string, isSecure: boolean): ProxyRoute {
    const known = routes.get(`${isSecure} ${proxy}`);
    if (known !== undefined) return known;
    if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol))
      throw new TransportError("the environment's proxy is not an http or https address", "ERR_PROXY");
    const url = new URL(proxy);
    const options = agentOptions(settings);
    const route: ProxyRoute = isSecure
      ? { pool: poolOf(new HttpsProxyAgent(url, options) as unknown as Agent, settings) }
      : {
          pool: poolOf(url.protocol === "https:" ? new secureAgent(options) : new Agent(options), settings),
          forward: {
            hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
            port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
            ...(url.username !== "" && {
              authorization: `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString("base64")}`,
            }),
          },
        };
    routes.set(`${isSecure} ${proxy}`, route);
    return route;
  }

  return {
    route: ({ isSecure, hostname, port }) => {
      const named = isSecure ? proxies.HTTPS_PROXY : proxies.HTTP_PROXY;
      if (named === undefined || isOwnAddress(hostname)) return undefined;
      return isExcepted(proxies.NO_PROXY, hostname, port) ? undefined : routeBy(named, isSecure);
    },
    close: () => {
      for (const { pool } of routes.values()) pool.close();
    },
  };
}
