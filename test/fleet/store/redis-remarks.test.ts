import { describe, expect, it, onTestFinished } from "vitest";
import { redisStore } from "../../../src/fleet/store/redis.ts";
import { startRedis, withoutRedis } from "../../support/redis-server.ts";

describe.skipIf(withoutRedis !== undefined)(
  `a Redis that throws keys away when its memory is full (${withoutRedis ?? "real"})`,
  () => {
    it("forgets what was used without a word, and its store says so before", async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const client = server.connect();
      const store = redisStore({ client });
      expect(await store.remarks?.()).toEqual([]);
      await client.config("SET", "maxmemory-policy", "allkeys-lru");
      // Its memory is not bounded: it throws nothing away.
      expect(await store.remarks?.()).toEqual([]);

      const { quotas } = store;
      const limits = [{ key: "a", limit: 10, windowEndsAt: Date.now() + 60_000 }];
      await quotas.reserve({ id: "1", amount: 7, limits, ttlMs: 60_000 });
      await quotas.settle({ id: "1", spent: 7, keep: 0, ttlMs: 60_000 });
      const used = /^used_memory:(\d+)/m.exec(await client.info("memory"))?.[1];
      await client.config("SET", "maxmemory", String(Number(used) + 1_000_000));
      expect(await store.remarks?.()).toEqual([
        expect.stringMatching(/maxmemory-policy allkeys-lru\).*set `maxmemory-policy noeviction`/),
      ]);
      // Another application fills it many times over: which keys Redis throws away is partly chance.
      for (let round = 0; round < 60; round += 1)
        await Promise.all(
          Array.from({ length: 100 }, (_, at) => client.set(`page ${round} ${at}`, "x".repeat(10_000))),
        );
      expect(await quotas.read(["a"])).toEqual([{ used: 0, open: 0 }]);
    });

    it("fails where it may throw nothing away", async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const client = server.connect();
      const store = redisStore({ client });
      await store.status();
      await client.config("SET", "maxmemory", "100000");
      expect(await store.remarks?.()).toEqual([]);
      const limits = [{ key: "a", limit: 10 }];
      await expect(store.quotas.reserve({ id: "1", amount: 1, limits, ttlMs: 60_000 })).rejects.toMatchObject(
        {
          code: "store",
          problem: "failed",
          message: expect.stringContaining("OOM"),
        },
      );
    });
  },
);
