import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeArguments } from "../support/node-arguments.ts";
import { type RedisServer, startRedis, withoutRedis } from "../support/redis-server.ts";

interface Said {
  readonly session?: { readonly model: string; readonly turns: number; readonly idleMs: number };
  readonly sessionUnknown?: string;
}

/** Starts a process of a fleet that shares sessions through Redis. */
function launch({ port }: RedisServer) {
  const file = nodeArguments("test/support/shared/session-process.ts", String(port));
  const child: ChildProcess = spawn(process.execPath, file, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    child,
    async ask(session: string, model?: "small" | "large"): Promise<Said> {
      child.send({ session, model });
      return ((await once(child, "message")) as [Said])[0];
    },
  };
}

describe.skipIf(withoutRedis !== undefined)(`sessions in Redis (${withoutRedis ?? "real"})`, () => {
  it("go on in turn in two processes, also after one is killed and after Redis is restarted", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const [one, two] = [launch(redis), launch(redis)];
    expect((await one.ask("a", "large")).session).toBeUndefined();
    for (let turn = 1; turn < 6; turn += 1) {
      // Written after the answer, off the caller's path.
      await sleep(50);
      const { session } = await (turn % 2 === 0 ? one : two).ask("a", turn % 2 === 0 ? "large" : "small");
      expect(session).toMatchObject({ model: turn % 2 === 0 ? "small" : "large", turns: turn });
    }
    await sleep(50);
    one.child.kill("SIGKILL");
    await once(one.child, "exit");
    const three = launch(redis);
    expect((await three.ask("a")).session).toMatchObject({ model: "small", turns: 6 });
    await sleep(50);
    const client = redis.connect();
    const keys = await client.keys("*session*");
    expect(keys).toHaveLength(1);
    expect(await client.pttl(keys[0] ?? "")).toBeGreaterThan(80_000_000);
    await redis.restart({ withData: true });
    expect((await two.ask("a")).session?.turns).toBe(7);
  });
});
