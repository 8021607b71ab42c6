import { describe, expect, it, onTestFinished } from "vitest";
import { redisStore } from "../../../src/fleet/store/redis.ts";
import { startRedis, withoutRedis } from "../../support/redis-server.ts";

describe.skipIf(withoutRedis !== undefined)(
  `a key of Redis that has another type (${withoutRedis ?? "real"})`,
  () => {
    it("concerns its own record alone, and is replaced by the next that is written", async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const client = server.connect();
      const { records } = redisStore({ client });
      const put = (key: string, expected: "any" | "none" = "any") =>
        records.put([{ key, value: "1", expect: expected, ttlMs: 60_000 }]);
      await put("good");
      await client.set("{switchpoint}:e:text", "a text");
      await client.rpush("{switchpoint}:e:list", "a list");
      await client.hset("{switchpoint}:e:time", "v", "1", "w", "1", "x", "no time");
      const [good, text, list, time] = await records.get(["good", "text", "list", "time"]);
      expect(good?.value).toBe("1");
      for (const bad of [text, list]) expect(bad).toMatchObject({ value: "" });
      expect(time).toBeUndefined();
      // None is there that was expected to be.
      expect(await put("text", "none")).toEqual({ conflict: "text" });
      for (const key of ["text", "list", "time"]) expect(await put(key)).toHaveProperty("versions");
      const entries = await records.get(["text", "list", "time"]);
      expect(entries.map((entry) => entry?.value)).toEqual(["1", "1", "1"]);
    });

    it("is a limit that is used up for its own reservations alone, until it is reset", async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const client = server.connect();
      const { quotas } = redisStore({ client });
      const windowEndsAt = Date.now() + 60_000;
      const reserve = (id: string, ...keys: string[]) =>
        quotas.reserve({
          id,
          amount: 1,
          limits: keys.map((key) => ({ key, limit: 10, windowEndsAt })),
          ttlMs: 60_000,
        });
      // Reserved before another program wrote over one of its counts.
      expect(await reserve("before", "later", "good")).toMatchObject({ granted: 1 });
      await client.set("{switchpoint}:q:text", "a text of another program");
      await client.set("{switchpoint}:q:none", "");
      await client.rpush("{switchpoint}:q:list", "a list");
      await client.hset("{switchpoint}:q:hash", "a", "hash");
      await client.del("{switchpoint}:q:later");
      await client.rpush("{switchpoint}:q:later", "a list");
      const bad = ["text", "none", "list", "hash", "later"];
      // All in one turn, and so in one script.
      const answers = await Promise.all([
        ...bad.map((key) => reserve(`of ${key}`, key)),
        reserve("of both", "good", "list"),
        reserve("of good", "good"),
        quotas.settle({ id: "before", spent: 3, keep: 0, ttlMs: 60_000 }),
      ]);
      expect(answers.slice(0, 6)).toEqual(
        [...bad, "list"].map((key) => expect.objectContaining({ granted: 0, key, why: "limit" })),
      );
      expect(answers.slice(6)).toMatchObject([{ granted: 1 }, { granted: 0, left: [0, 6] }]);
      expect(await quotas.read(["good", ...bad])).toEqual([
        { used: 3, open: 1 },
        ...bad.map(() => ({ used: Number.MAX_SAFE_INTEGER, open: 0 })),
      ]);
      for (const key of bad) await quotas.reset(key, 2);
      for (const key of bad) expect(await reserve(`again ${key}`, key)).toMatchObject({ left: [7] });
    });

    it("is a limit that is used up where its numbers are not counts, and says no number that is none", async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const client = server.connect();
      const { quotas } = redisStore({ client });
      const later = String(Date.now() + 60_000);
      const write = (key: string, used: string, open: string) =>
        client.eval(
          "local v = {} for at, one in ipairs(ARGV) do v[at] = tonumber(one) end redis.call('SET', KEYS[1], cmsgpack.pack(unpack(v)))",
          1,
          `{switchpoint}:q:${key}`,
          ...[used, open, "0", "0", later],
        );
      await write("negative", "-1000000", "0");
      await write("negative open", "0", "-1000000");
      await write("none", "nan", "0");
      await write("endless", "1e999", "0");
      await write("large", "1e300", "1e300");
      await write("good", "3", "4");
      const keys = ["negative", "negative open", "none", "endless", "large"];
      for (const key of keys) {
        const limits = [{ key, limit: Number.MAX_SAFE_INTEGER }];
        expect(await quotas.reserve({ id: key, amount: 1, limits, ttlMs: 60_000 })).toMatchObject({
          granted: 0,
          why: "limit",
        });
      }
      const states = await quotas.read([...keys, "good"]);
      expect(states.at(-1)).toEqual({ used: 3, open: 4 });
      for (const { used, open } of states) {
        expect(Number.isSafeInteger(used) && used > 0).toBe(true);
        expect(Number.isSafeInteger(open) && open >= 0).toBe(true);
      }
      // No reservation gives back what it never took.
      await client.eval(
        "redis.call('HSET', KEYS[1], '{switchpoint}:h:due', cmsgpack.pack(0, 0, -1000, 0, 1, 1000, 1, '{switchpoint}:q:good', 10, 0, -1), '', 'nan')",
        1,
        "{switchpoint}:open",
      );
      for (let call = 0; call < 3; call += 1)
        expect(await quotas.read(["good"])).toEqual([{ used: 3, open: 4 }]);
      expect(await client.hexists("{switchpoint}:open", "{switchpoint}:h:due")).toBe(0);
    });

    it("is a bucket that does not say when it is free", async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const client = server.connect();
      const { quotas } = redisStore({ client });
      await client.rpush("{switchpoint}:q:list", "a list");
      const limits = [{ key: "list", limit: 10, refillPerMs: 1e-9 }];
      const answer = await quotas.reserve({ id: "one", amount: 1, limits, ttlMs: 60_000 });
      expect(answer).toMatchObject({ granted: 0, why: "limit" });
      expect(answer).not.toHaveProperty("freeAt");
    });

    it("is no reservation, whether it is open, ended or due", async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const client = server.connect();
      let now = 1_000_000;
      const { quotas } = redisStore({ client, now: () => now });
      const limits = [{ key: "good", limit: 10 }];
      const reserve = (id: string) => quotas.reserve({ id, amount: 1, limits, ttlMs: 1_000 });
      await reserve("lapses");
      const open = "{switchpoint}:open";
      await client.hset(
        open,
        "{switchpoint}:h:text",
        "a text",
        "{switchpoint}:h:none",
        "",
        "c",
        "x",
        "m",
        "y",
      );
      await client.set("{switchpoint}:h:ended", "a text");
      await client.rpush("{switchpoint}:h:list", "a list");
      now += 2_000;
      const ids = ["text", "none", "ended", "list"];
      expect(
        await Promise.all(ids.map((id) => quotas.settle({ id, spent: 1, keep: 0, ttlMs: 1_000 }))),
      ).toEqual(ids.map(() => "lapsed"));
      expect(await quotas.read(["good"])).toEqual([{ used: 1, open: 0 }]);
      for (const id of ids) expect(await reserve(id)).toMatchObject({ granted: 1 });
      expect(await quotas.read(["good"])).toEqual([{ used: 1, open: 4 }]);
    });

    it("fails the namespace where it holds what all calls need, says which key and what to do, and is mended", async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const client = server.connect();
      const call = (id: string) => ({ id, amount: 1, limits: [{ key: "a", limit: 10 }], ttlMs: 60_000 });
      for (const name of ["open", "meta"]) {
        const key = `{${name}}:${name}`;
        const early = redisStore({ client, namespace: name });
        expect(await early.quotas.reserve(call("1"))).toMatchObject({ granted: 1 });
        await client.rename(key, `${key}-kept`);
        await client.set(key, "a text of another program");
        const later = redisStore({ client, namespace: name });
        const expected = {
          code: "store",
          problem: "format",
          message: expect.stringContaining(`under ${key} what`),
        };
        for (const failing of [early.status(), later.status(), later.quotas.reserve(call("2"))])
          await expect(failing).rejects.toMatchObject(expected);
        // The data of others are left as they are, and other namespaces are not concerned.
        expect(await client.get(key)).toBe("a text of another program");
        const other = redisStore({ client, namespace: `beside ${name}` });
        expect(await other.quotas.reserve(call("1"))).toMatchObject({ granted: 1 });
        await client.del(key);
        await client.rename(`${key}-kept`, key);
        expect(await later.quotas.read(["a"])).toEqual([{ used: 0, open: 1 }]);
      }
      // A store that runs on says so with each call.
      const running = redisStore({ client, namespace: "running" });
      await running.quotas.reserve(call("1"));
      await client.set("{running}:open", "a text of another program");
      const message = expect.stringContaining("under {running}:open what");
      await expect(running.quotas.reserve(call("2"))).rejects.toMatchObject({ problem: "format", message });
    });
  },
);
