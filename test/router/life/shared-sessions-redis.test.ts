import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { sessionKey } from "../../../src/fleet/records/session-text.ts";
import { redisStore } from "../../../src/fleet/store/redis.ts";
import { nodeArguments } from "../../support/node-arguments.ts";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.ts";

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
    const client = redis.connect();
    const { records } = redisStore({ client });
    // Written after the answer, off the caller's path.
    const written = async (turns: number): Promise<void> => {
      for (let tries = 0; tries < 500; tries += 1) {
        const [entry] = await records.get([`router/${sessionKey("t", "a")}`]);
        if (entry !== undefined && JSON.parse(entry.value).turns === turns) return;
        await sleep(10);
      }
      throw new Error(`the store never had turn ${turns}`);
    };
    const [one, two] = [launch(redis), launch(redis)];
    expect((await one.ask("a", "large")).session).toBeUndefined();
    for (let turn = 1; turn < 6; turn += 1) {
      await written(turn);
      const { session } = await (turn % 2 === 0 ? one : two).ask("a", turn % 2 === 0 ? "large" : "small");
      expect(session).toMatchObject({ model: turn % 2 === 0 ? "small" : "large", turns: turn });
    }
    await written(6);
    one.child.kill("SIGKILL");
    await once(one.child, "exit");
    const three = launch(redis);
    expect((await three.ask("a")).session).toMatchObject({ model: "small", turns: 6 });
    await written(7);
    const keys = await client.keys("*session*");
    expect(keys).toHaveLength(1);
    expect(await client.pttl(keys[0] ?? "")).toBeGreaterThan(80_000_000);
    await redis.restart({ withData: true });
    // Its client takes a moment to find the store again.
    let said: Said = {};
    for (let tries = 0; tries < 50 && said.session === undefined; tries += 1) said = await two.ask("a");
    expect(said.session?.turns).toBeGreaterThanOrEqual(5);
  });
});
