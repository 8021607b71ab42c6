import type { Socket } from "node:net";

/** Most requests that a connection may have sent ahead of their answers. */
const mostAhead = 16;

/** A connection of a client: tells requests when it closes, and lets those that were sent ahead wait for their turn. */
export interface Connection {
  /** Waits for the requests before, if there are any. Returns a function that lets the next one begin. Undefined if too many wait. */
  turn(): (() => void) | Promise<() => void> | undefined;
  /** Calls `left` when the connection closes, at once if it has. Returns a function that takes it back. */
  onClose(left: () => void): () => void;
}

const connections = new WeakMap<Socket, Connection>();

/** Returns what is known of a socket. It has one listener on it, however many requests come through it. */
export function connectionOf(socket: Socket): Connection {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  const listeners = new Set<() => void>();
  let ahead = 0;
  /** Starts those that wait. */
  const waiting: (() => void)[] = [];
  socket.once("close", () => {
    for (const left of listeners) left();
    listeners.clear();
  });
  const connection: Connection = {
    turn() {
      if (ahead >= mostAhead) return undefined;
      ahead += 1;
      const done = () => {
        ahead -= 1;
        waiting.shift()?.();
      };
      if (ahead === 1) return done;
      return new Promise((resolve) => {
        waiting.push(() => resolve(done));
      });
    },
    onClose(left) {
      if (socket.destroyed) left();
      else listeners.add(left);
      return () => listeners.delete(left);
    },
  };
  connections.set(socket, connection);
  return connection;
}
