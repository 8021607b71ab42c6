import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Cache, Engine, ServerSetup } from "./engine.ts";

/** A server of an engine. */
export interface EngineServer {
  /** Address that ends in /v1. */
  readonly url: string;
  /** Address without /v1. */
  readonly root: string;
  readonly setup: ServerSetup;
  /** Name of the model that it serves. */
  readonly model: string;
  /** Resolves as soon as it takes calls. */
  ready(): Promise<void>;
  /** Sends a signal to all its processes: SIGSTOP, SIGCONT, SIGKILL. */
  signal(name: NodeJS.Signals): void;
  /** Kills it, whatever state it is in, and waits for its end. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) signalAll(child, "SIGKILL");
});

/**
 * Runs a command in a group of its own that ends with this process, however this process ends: its standard input closes
 * then, and the shell kills the group.
 */
const guard = `exec 3<&0
"$@" 3<&- </dev/null &
server=$!
(cat <&3 >/dev/null; kill -KILL 0) &
wait $server`;

let started = 0;

/** Starts a server on a free port and does not wait for it. */
export async function startServer(cache: Cache, engine: Engine, setup: ServerSetup): Promise<EngineServer> {
  const port = await freePort();
  const { program, args, env } = await engine.start(cache, { ...setup, port });
  mkdirSync(cache.path("logs"), { recursive: true });
  started += 1;
  const log = cache.path("logs", `${engine.name}-${started}.log`);
  const out = openSync(log, "w");
  const child = spawn("sh", ["-c", guard, "sh", program, ...args], {
    cwd: cache.folder,
    detached: true,
    stdio: ["pipe", out, out],
    env: { ...process.env, ...env },
  });
  running.add(child);
  let ended: string | undefined;
  const end = new Promise<void>((resolve) => {
    const over = (how: string): void => {
      ended = how;
      resolve();
    };
    child.once("error", ({ message }) => over(message));
    child.once("exit", (status, signal) => over(String(status ?? signal)));
  });
  const root = `http://127.0.0.1:${port}`;
  return {
    url: `${root}/v1`,
    root,
    setup,
    model: setup.model ?? "small",
    async ready() {
      const until = performance.now() + engine.startMs;
      while (ended === undefined && performance.now() < until) {
        if (await answers(`${root}${engine.readyPath}`)) return;
        await pause(50);
      }
      const why =
        ended === undefined ? `no answer within ${engine.startMs / 1_000} s` : `it ended (${ended})`;
      throw new Error(`${engine.name} did not start: ${why}; ${log}: …${lastOf(log)}`);
    },
    signal: (name) => signalAll(child, name),
    async stop() {
      signalAll(child, "SIGKILL");
      await end;
      // What is left of the group: the shell's own reader.
      signalAll(child, "SIGKILL");
      running.delete(child);
    },
  };
}

function signalAll({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended.
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

const lastOf = (path: string): string => readFileSync(path, "utf8").slice(-600);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
