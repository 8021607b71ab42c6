import type { Socket } from "node:net";

/** Most requests that a connection may have sent ahead of their answers. */
const mostAhead = 16;

/** A connection of a client: tells requests when it closes, and lets those that were sent ahead wait for their turn. */
export interface Connection {
  /** Waits for the requests before. Returns a function that lets the next one begin. Undefined if too many wait. */
  turn(): Promise<() => void> | undefined;
  /** Calls `left` when the connection closes, at once if it has. Returns a function that takes it back. */
  onClose(left: () => void): () => void;
}

const connections = new WeakMap<Socket, Connection>();

/** Returns what is known of a socket. It has one listener on it, however many requests come through it. */
export function connectionOf(socket: Socket): Connection {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  const listeners = new Set<() => void>();
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  socket.once("close", () => {
    for (const left of listeners) left();
    listeners.clear();
  });
  const connection: Connection = {
    turn() {
      if (waiting >= mostAhead) return undefined;
      waiting += 1;
      const before = last;
      let next: () => void = () => {};
      last = new Promise((resolve) => {
        next = resolve;
      });
      const done = () => {
        waiting -= 1;
        next();
      };
      return before.then(() => done);
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
