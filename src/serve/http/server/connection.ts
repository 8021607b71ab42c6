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
  // A list, since there are few: a set that is filled and emptied makes one table after the other, each of which holds the
  // next one. The collector of young objects then takes none of them, nor the requests that they name.
  let listeners: (() => void)[] = [];
  let ahead = 0;
  /** Starts those that wait. */
  const waiting: (() => void)[] = [];
  const done = () => {
    ahead -= 1;
    waiting.shift()?.();
  };
  socket.once("close", () => {
    const all = listeners;
    listeners = [];
    for (const left of all) left();
  });
  const connection: Connection = {
    turn() {
      if (ahead >= mostAhead) return undefined;
      ahead += 1;
      if (ahead === 1) return done;
      return new Promise((resolve) => {
        waiting.push(() => resolve(done));
      });
    },
    onClose(left) {
      if (socket.destroyed) left();
      else listeners.push(left);
      return () => {
        const at = listeners.indexOf(left);
        if (at >= 0) listeners.splice(at, 1);
      };
    },
  };
  connections.set(socket, connection);
  return connection;
}
