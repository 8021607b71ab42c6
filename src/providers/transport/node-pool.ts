import type { Agent, AgentOptions, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { TransportSettings } from "./transport.ts";

/** Longest time that a server's announcement extends the life of an idle connection to, in milliseconds. */
const longestIdleMs = 60_000;
/** Time by which a connection is given up before the server closes it, in milliseconds. */
const marginMs = 1_000;
/** Most idle connections to one origin. */
const mostIdle = 256;

/** A socket as Node's agent knows it. */
type PooledSocket = Duplex & {
  setKeepAlive(enable: boolean, initialDelay: number): void;
  setTimeout(ms: number): void;
  ref(): void;
  unref(): void;
  /** The request that has just been answered. */
  readonly _httpMessage?: { readonly res?: IncomingMessage | null } | null;
};

/** A pool of connections. */
export interface NodePool {
  readonly agent: Agent;
  /** Returns how long a connection was idle before it was taken, in milliseconds; 0 for a new one. */
  idleMs(socket: Duplex): number;
  close(): void;
}

/** Returns the options of Node's agents. */
export function agentOptions(settings: TransportSettings): AgentOptions & Record<string, unknown> {
  return {
    keepAlive: true,
    maxSockets: settings.maxConnections,
    maxFreeSockets: Math.min(settings.maxConnections, mostIdle),
    scheduling: "lifo",
    ...tlsOptions(settings),
  };
}

/** Returns the options of TLS that are set. */
export function tlsOptions({ tls }: TransportSettings): Record<string, unknown> {
  const set = Object.entries(tls).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]));
}

/**
 * Makes an agent close its idle connections in time. Node's own rule is a limit that also applies to connections
 * in use, and it knows the time that a server announces only as a shorter one.
 */
export function poolOf(agent: Agent, { keepAliveMs }: TransportSettings): NodePool {
  const idleSince = new WeakMap<Duplex, number>();
  let isClosed = false;
  /** Ends an idle connection: by its time, or by bytes that nothing was asked for. */
  const expire = function (this: Duplex): void {
    this.destroy();
  };
  const kept = agent as unknown as {
    keepSocketAlive(socket: PooledSocket): boolean;
    reuseSocket(socket: PooledSocket, request: { reusedSocket: boolean }): void;
  };
  const reuse = kept.reuseSocket;
  kept.keepSocketAlive = (socket) => {
    const ms = idleTime(socket._httpMessage?.res?.rawHeaders ?? [], keepAliveMs);
    // Bytes after the answer would be read as the next request's.
    if (isClosed || ms <= 0 || socket.readableLength > 0) return false;
    socket.setKeepAlive(true, 1_000);
    socket.unref();
    socket.setTimeout(ms);
    socket.on("timeout", expire);
    socket.on("data", expire);
    idleSince.set(socket, performance.now());
    return true;
  };
  kept.reuseSocket = (socket, request) => {
    socket.removeListener("timeout", expire);
    socket.removeListener("data", expire);
    socket.setTimeout(0);
    reuse.call(agent, socket, request);
  };
  return {
    agent,
    idleMs: (socket) => {
      const since = idleSince.get(socket);
      return since === undefined ? 0 : performance.now() - since;
    },
    close: () => {
      isClosed = true;
      for (const sockets of Object.values(agent.freeSockets))
        for (const socket of sockets ?? []) socket.destroy();
    },
  };
}

/** Returns how long a connection may stay idle: what the server announces less a margin, else the usual. */
function idleTime(rawHeaders: readonly string[], usualMs: number): number {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length !== 10 || name.toLowerCase() !== "keep-alive") continue;
    const seconds = /(?:^|[\s,;])timeout=(\d{1,9})/i.exec((rawHeaders[at + 1] as string).slice(0, 200))?.[1];
    if (seconds === undefined) continue;
    const announced = Number(seconds) * 1_000 - marginMs;
    return announced < usualMs ? announced : Math.min(announced, Math.max(usualMs, longestIdleMs));
  }
  return usualMs;
}
