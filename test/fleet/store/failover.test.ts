import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { redisStore } from "../../../src/fleet/store/redis.ts";
import { startRedis, withoutRedis } from "../../support/redis-server.ts";
import { openDesk } from "../../support/shared/desk-world.ts";

const limit = 1_000;
const limits = [{ key: "budget", limit }];

/** A primary and its replica, and a client that a user points elsewhere. */
async function replicated() {
  const primary = await startRedis();
  const replica = await startRedis();
  onTestFinished(() => replica.stop());
  const control = replica.connect();
  await primary.connect().config("SET", "repl-diskless-sync-delay", 0);
  await control.replicaof("127.0.0.1", primary.port);
  const client = new Redis({
    port: primary.port,
    host: "127.0.0.1",
    maxRetriesPerRequest: null,
    retryStrategy: () => 20,
  });
  client.on("error", () => {});
  onTestFinished(() => client.disconnect());
  while (!(await control.info("replication")).includes("master_link_status:up")) await sleep(10);
  return {
    client,
    /** Resolves when the replica has all that was written. */
    caughtUp: () => client.wait(1, 10_000),
    /** From now on the replica hears nothing of the primary, and keeps what it has. */
    cut: () => control.replicaof("127.0.0.1", 1),
    /** The primary dies, and the replica takes its place. */
    async failOver() {
      await primary.stop();
      await control.replicaof("NO", "ONE");
      client.options.port = replica.port;
    },
  };
}

describe.skipIf(withoutRedis !== undefined)(
  `a failover to a replica that is behind (${withoutRedis ?? "real"})`,
  () => {
    for (const mode of ["strict", "leased"] as const)
      it(`spends too much at most what was reserved in the lost time: ${mode}`, async () => {
        const { client, caughtUp, cut, failOver } = await replicated();
        const store = redisStore({ client });
        const desk = openDesk({ store, mode, leaseShare: 0.05, timeoutMs: 10_000 });
        onTestFinished(() => desk.close());
        let calls = 0;
        const spend = async (): Promise<boolean> => {
          calls += 1;
          const id = `${calls}`;
          if ((await desk.reserve({ id, amount: 10, limits })) !== true) return false;
          desk.settle(id, 10, 0);
          return true;
        };
        for (let call = 0; call < 30; call += 1) expect(await spend()).toBe(true);
        await caughtUp();
        await cut();
        for (let call = 0; call < 20; call += 1) expect(await spend()).toBe(true);
        // Under way when the primary dies.
        expect(await desk.reserve({ id: "long", amount: 50, limits })).toBe(true);
        const [known] = await store.quotas.read(["router/budget"]);
        await failOver();
        const told = () => desk.events.find(({ type }) => type === "store-recovered");
        // What asks the store notices, or its next status.
        let spent = 500;
        for (let refused = 0; refused < 5; ) {
          if (await spend()) spent += 10;
          else {
            refused += 1;
            await sleep(60);
          }
        }
        desk.settle("long", 50, 0);
        spent += 50;
        const lost = (known?.used ?? 0) + (known?.open ?? 0) - 300;
        expect(lost).toBeGreaterThan(0);
        expect(spent).toBeGreaterThanOrEqual(limit - 50);
        expect(spent - limit).toBeLessThanOrEqual(lost);
        if (mode === "leased") {
          // A lease that the replica knows tells its total, so that nothing of it is lost.
          expect(spent).toBeLessThanOrEqual(limit);
          await desk.close();
        } else {
          while (told() === undefined) await sleep(20);
          // The call that was under way was told again; those that had ended were not.
          expect(told()).toMatchObject({ restarted: true, reservedAgain: 1, amountAgain: 50 });
        }
        const [after] = await store.quotas.read(["router/budget"]);
        const over = Math.max(0, spent - limit);
        expect((after?.used ?? 0) + (after?.open ?? 0)).toBeGreaterThanOrEqual(spent - over - 50);
      });
  },
);
