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

/** The idle times of a connection. It is listened to once, not for each request. */
interface Rest {
  /** Beginning of the last one. */
  since: number;
  /** Longest one, in milliseconds. */
  ms: number;
  isIdle: boolean;
}

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
  // What the agent has read of its options is left out of them: it copies the rest for each request.
  const {
    maxSockets: _,
    maxFreeSockets: __,
    scheduling: ___,
    ...ofSockets
  } = (agent as { readonly options?: AgentOptions }).options ?? {};
  Object.assign(agent, { options: ofSockets });
  const rests = new WeakMap<Duplex, Rest>();
  let isClosed = false;
  const kept = agent as unknown as {
    getName: NameOf;
    keepSocketAlive(socket: PooledSocket): boolean;
    reuseSocket(socket: PooledSocket, request: { reusedSocket: boolean }): void;
  };
  kept.getName = knownNames(kept.getName.bind(agent));
  const reuse = kept.reuseSocket;
  kept.keepSocketAlive = (socket) => {
    const ms = idleTime(socket._httpMessage?.res?.rawHeaders ?? [], keepAliveMs);
    // Bytes after the answer would be read as the next request's.
    if (isClosed || ms <= 0 || socket.readableLength > 0) return false;
    socket.setKeepAlive(true, 1_000);
    socket.unref();
    const rest = rests.get(socket) ?? firstRest(socket);
    // Stays set while the connection is used, where it means nothing.
    if (rest.ms !== ms) socket.setTimeout(ms);
    rest.ms = ms;
    rest.since = performance.now();
    rest.isIdle = true;
    return true;
  };
  function firstRest(socket: PooledSocket): Rest {
    const rest: Rest = { since: 0, ms: 0, isIdle: false };
    rests.set(socket, rest);
    // Bytes that nothing was asked for.
    socket.on("data", () => {
      if (rest.isIdle) socket.destroy();
    });
    socket.on("timeout", () => {
      if (rest.isIdle) socket.destroy();
      // It went off during a request, and does so again only if the connection is read from: it must be set again.
      else rest.ms = 0;
    });
    return rest;
  }
  kept.reuseSocket = (socket, request) => {
    const rest = rests.get(socket);
    if (rest !== undefined) rest.isIdle = false;
    reuse.call(agent, socket, request);
  };
  return {
    agent,
    idleMs: (socket) => {
      const rest = rests.get(socket);
      return rest === undefined ? 0 : performance.now() - rest.since;
    },
    close: () => {
      isClosed = true;
      for (const sockets of Object.values(agent.freeSockets))
        for (const socket of sockets ?? []) socket.destroy();
    },
  };
}

type NameOf = (options: AgentTarget) => string;

/** Target of a connection, as Node's agents know it. All else by which they name it is the agent's own. */
interface AgentTarget {
  readonly host?: unknown;
  readonly port?: unknown;
  readonly servername?: unknown;
  readonly socketPath?: unknown;
  readonly localAddress?: unknown;
  readonly family?: unknown;
}

/** Targets of which the names are kept. Emptied when it is full. */
const mostNames = 64;

/** Remembers the names that an agent gives to its targets, each of which is put together twice a request. */
function knownNames(nameOf: NameOf): NameOf {
  const known = new Map<unknown, { readonly options: AgentTarget; readonly name: string }>();
  return (options) => {
    const found = known.get(options.host);
    if (found !== undefined && isSame(found.options, options)) return found.name;
    const name = nameOf(options);
    if (known.size >= mostNames) known.clear();
    const { host, port, servername, socketPath, localAddress, family } = options;
    known.set(host, { options: { host, port, servername, socketPath, localAddress, family }, name });
    return name;
  };
}

function isSame(one: AgentTarget, other: AgentTarget): boolean {
  return (
    one.host === other.host &&
    one.port === other.port &&
    one.servername === other.servername &&
    one.socketPath === other.socketPath &&
    one.localAddress === other.localAddress &&
    one.family === other.family
  );
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
