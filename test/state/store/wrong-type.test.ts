import { describe, expect, it, onTestFinished } from "vitest";
import { redisStore } from "../../../src/state/store/redis.ts";
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
  },
);
