import { lstat, unlink } from "node:fs/promises";
import type { Server } from "node:http";
import { connect } from "node:net";

export interface Place {
  readonly port: number;
  readonly host: string;
  readonly socket?: string | undefined;
}

/** Lets a server listen. Rejects with the system's error. A socket file behind which no process listens is replaced. */
export async function listen(server: Server, { port, host, socket }: Place): Promise<void> {
  if (socket === undefined) return begin(server, { port, host });
  try {
    await begin(server, { path: socket });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || !(await isLeft(socket))) throw error;
    await unlink(socket);
    await begin(server, { path: socket });
  }
}

function begin(server: Server, place: { port: number; host: string } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(place, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** True for a socket file, and no other file, that refuses connections. */
async function isLeft(path: string): Promise<boolean> {
  if (!(await lstat(path)).isSocket()) return false;
  return new Promise((resolve) => {
    const trial = connect(path);
    trial.once("connect", () => {
      trial.destroy();
      resolve(false);
    });
    trial.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED"));
  });
}
