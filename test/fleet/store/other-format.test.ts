import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { redisStore } from "../../../src/fleet/store/redis.ts";
import { sqliteStore } from "../../../src/fleet/store/sqlite.ts";
import { startRedis, withoutRedis } from "../../support/redis-server.ts";

const refusal = expect.objectContaining({
  name: "StoreError",
  problem: "format",
  message: expect.stringMatching(/format 7.*reads 1: use another namespace or file/),
});
const reservation = { id: "1", amount: 1, limits: [{ key: "a", limit: 1 }], ttlMs: 1_000 };

describe("data of another format are refused with what can be done, and are not touched", () => {
  it.skipIf(withoutRedis !== undefined)(`in Redis (${withoutRedis ?? "real"})`, async () => {
    const server = await startRedis();
    try {
      const client = server.connect();
      await client.hset("{switchpoint}:meta", "epoch", "x", "format", "7");
      const store = redisStore({ client });
      await expect(store.status()).rejects.toEqual(refusal);
      await expect(store.quotas.reserve(reservation)).rejects.toEqual(refusal);
      await expect(store.records.get(["a"])).rejects.toEqual(refusal);
      expect(await client.keys("*")).toEqual(["{switchpoint}:meta"]);
    } finally {
      await server.stop();
    }
  });

  const builtIn = process.getBuiltinModule("node:sqlite") as
    | { DatabaseSync: new (file: string) => { exec(text: string): void; close(): void } }
    | undefined;
  it.skipIf(builtIn === undefined)("in a SQLite file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "switchpoint-format-"));
    try {
      const file = join(folder, "store.db");
      await (await sqliteStore({ file })).close();
      const database = builtIn && new builtIn.DatabaseSync(file);
      database?.exec("UPDATE meta SET value = '7' WHERE name = 'formatVersion'");
      database?.close();
      await expect(sqliteStore({ file })).rejects.toEqual(refusal);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
