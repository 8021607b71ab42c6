import type { Server } from "node:http";
import type { Socket } from "node:net";
import { nodeBuiltin } from "../../../plugin/node-builtin.ts";

/** Longest wait in milliseconds of a server that ends for a turn of the event loop without a new connection. */
const quietMs = 250;
/** Time in milliseconds in which a connection comes from the first process of a cluster to a worker. */
const handoverMs = 20;
/** Time in milliseconds in which all workers of a cluster have stopped, and the first process no longer listens. */
const lastWorkerMs = 100;
/** Time in milliseconds for the request of a connection that was just taken, whose first byte is perhaps on its way. */
const lastCallMs = 200;

/** The connections of a server. */
export interface Connections {
  readonly all: ReadonlySet<Socket>;
  /** Number of connections that were ever taken. */
  readonly taken: number;
}

/** Watches the connections of a server from now on. */
export function connectionsOf(server: Server): Connections {
  const all = new Set<Socket>();
  let taken = 0;
  server.on("connection", (socket: Socket) => {
    taken += 1;
    all.add(socket);
    socket.once("close", () => all.delete(socket));
  });
  return {
    all,
    get taken() {
      return taken;
    },
  };
}

/**
 * Waits for a moment at which no connection waits to be taken: the system resets those when the server stops listening,
 * and their clients cannot tell whether their request was read. In a worker of a cluster a connection comes by way of
 * another process, so that it must be quiet for longer.
 */
export async function quietMoment(connections: Connections): Promise<void> {
  const until = performance.now() + quietMs;
  // Runs right after connections were taken, in each turn all that wait. The first time it may still be the turn before.
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  let before: number;
  do {
    before = connections.taken;
    if (isWorker) await pause(handoverMs);
    await turn();
  } while (connections.taken !== before && performance.now() < until);
}

/** Waits until a server that was told to stop listening has: in a cluster, the first process does it. */
export async function stopped(): Promise<void> {
  if (isWorker) await pause(lastWorkerMs);
}

const isWorker = nodeBuiltin("node:cluster")?.isWorker === true;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for the first bytes of connections that have sent none, for a short time. */
export async function lastCall({ all }: Connections): Promise<void> {
  const until = performance.now() + lastCallMs;
  const isNew = (socket: Socket) => socket.bytesRead === 0;
  while ([...all].some(isNew) && performance.now() < until) await pause(5);
}
