import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** Reason why tests of Redis are skipped; undefined if they can run, or if SWITCHPOINT_REDIS=required. */
export const withoutRedis: string | undefined = reasonWithoutRedis();

function reasonWithoutRedis(): string | undefined {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    // Then they fail, and say why.
    if (process.env["SWITCHPOINT_REDIS"] === "required") return undefined;
    return "redis-server is not on the PATH: apt-get install redis-server";
  }
}

/** A real Redis on a free loopback port, with its own folder. */
export interface RedisServer {
  readonly port: number;
  connect(): Redis;
  /**
   * Kills the process, and starts it again on the same port: with its data, with those of the last `keep()`, or
   * without any.
   */
  restart(options: { readonly withData: boolean | "kept" }): Promise<void>;
  /** Copies the data as they are now, as a replica has them that is then behind. */
  keep(): void;
  stop(): Promise<void>;
}

export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "switchpoint-redis-"));
  const port = await freePort();
  const clients: Redis[] = [];
  let child = await launch(port, folder, settings);
  const connect = (): Redis => {
    const client = new Redis({
      port,
      host: "127.0.0.1",
      maxRetriesPerRequest: null,
      retryStrategy: () => 20,
    });
    client.on("error", () => {});
    clients.push(client);
    return client;
  };
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  };
  return {
    port,
    connect,
    async restart({ withData }) {
      await kill();
      const data = join(folder, "appendonlydir");
      if (withData !== true) rmSync(data, { recursive: true, force: true });
      if (withData === "kept") cpSync(`${folder}/kept`, data, { recursive: true });
      child = await launch(port, folder, settings);
    },
    keep() {
      rmSync(`${folder}/kept`, { recursive: true, force: true });
      cpSync(join(folder, "appendonlydir"), `${folder}/kept`, { recursive: true });
    },
    async stop() {
      for (const client of clients) client.disconnect();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, folder: string, more: readonly string[]): Promise<ChildProcess> {
  // Each write is on the disk before it is answered.
  const settings = ["--save", "", "--appendonly", "yes", "--appendfsync", "always", "--bind", "127.0.0.1"];
  const child = spawn("redis-server", ["--port", String(port), "--dir", folder, ...settings, ...more], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4_000);
      if (said.includes("Ready to accept connections")) resolve();
    });
    child.once("exit", () => reject(new Error(`redis-server ended: ${said}`)));
    child.once("error", reject);
  });
  return child;
}

/** Returns a port of loopback on which nothing listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
