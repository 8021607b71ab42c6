import type { Agent } from "node:http";
import type { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import { type EnvironmentProxies, isExcepted, isOwnAddress } from "./environment-proxies.ts";
import { agentOptions, type NodePool, poolOf } from "./node-pool.ts";
import type { TransportSettings } from "./transport.ts";
import { TransportError } from "./transport-error.ts";
import type { Target } from "./wire-request.ts";

/** The way of a request through a proxy. */
export interface ProxyRoute {
  readonly pool: NodePool;
  /** The proxy, for a request that the proxy reads: its path is the whole address. Absent: a tunnel. */
  readonly forward?: Proxy;
}

interface Proxy {
  readonly isSecure: boolean;
  readonly hostname: string;
  readonly port: number;
  readonly authorization: string | undefined;
}

export interface NodeProxies {
  /** Returns the route of a target; undefined where the environment names none for it. */
  route(target: Target): ProxyRoute | undefined;
  close(): void;
}

/**
 * Creates the routes through proxies. Node's own agents know proxies from 24.5 on, but keep a tunnel that is not
 * answered, also when its request has been aborted. Throws `TransportError` for a proxy that is not an http or
 * https address.
 */
export function nodeProxies(proxies: EnvironmentProxies, settings: TransportSettings): NodeProxies {
  const http = neededBuiltin("node:http");
  const https = neededBuiltin("node:https");
  const options = agentOptions(settings);
  const pools: NodePool[] = [];
  const kept = (agent: Agent): NodePool => {
    const pool = poolOf(agent, settings);
    pools.push(pool);
    return pool;
  };

  let plain: ProxyRoute | undefined;
  let secure: ProxyRoute | undefined;
  if (proxies.HTTP_PROXY !== undefined) {
    const forward = readProxy(proxies.HTTP_PROXY);
    plain = { pool: kept(forward.isSecure ? new https.Agent(options) : new http.Agent(options)), forward };
  }
  if (proxies.HTTPS_PROXY !== undefined) {
    const proxy = readProxy(proxies.HTTPS_PROXY);
    const agent = Object.assign(new https.Agent(options), { createConnection: tunnels(proxy, settings) });
    secure = { pool: kept(agent) };
  }
  return {
    route: ({ isSecure, hostname, port }) => {
      const excepted = isOwnAddress(hostname) || isExcepted(proxies.NO_PROXY, hostname, port);
      return excepted ? undefined : isSecure ? secure : plain;
    },
    close: () => {
      for (const pool of pools) pool.close();
    },
  };
}

/**
 * Returns the function with which an agent makes its connections: through a tunnel. A proxy that does not answer
 * holds a connection no longer than `connectTimeoutMs`, also if the request has been given up.
 */
function tunnels(
  { isSecure, hostname, port, authorization }: Proxy,
  { connectTimeoutMs }: TransportSettings,
): (options: ConnectionOptions, done: (error: Error | null, socket?: Duplex) => void) => void {
  const http = neededBuiltin("node:http");
  const https = neededBuiltin("node:https");
  const tls = neededBuiltin("node:tls");
  return (options, done) => {
    const { host = "", port: targetPort = 443 } = options;
    const authority = `${host.includes(":") ? `[${host}]` : host}:${targetPort}`;
    const request = (isSecure ? https : http).request({
      method: "CONNECT",
      hostname,
      port,
      path: authority,
      agent: false,
      headers: {
        host: authority,
        ...(authorization !== undefined && { "proxy-authorization": authorization }),
      },
    });
    const timer = setTimeout(
      () => request.destroy(new TransportError("the connection timed out", "ETIMEDOUT")),
      connectTimeoutMs,
    );
    request.once("connect", (response, socket, head) => {
      clearTimeout(timer);
      if (response.statusCode !== 200 || head.length > 0) {
        socket.destroy();
        const status = response.statusCode ?? 0;
        done(new TransportError(`the proxy refused a tunnel with status ${status}`, "ERR_PROXY"));
        return;
      }
      const { path: _, ...rest } = options as ConnectionOptions & { readonly path?: unknown };
      done(null, tls.connect({ ...rest, socket } as ConnectionOptions));
    });
    request.once("error", (error) => {
      clearTimeout(timer);
      done(error);
    });
    request.end();
  };
}

function readProxy(address: string): Proxy {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new TransportError("the environment's proxy is not an http or https address", "ERR_PROXY");
  const url = new URL(address);
  const isSecure = url.protocol === "https:";
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    isSecure,
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    authorization: credentials === ":" ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`,
  };
}
